// Pictures drawn anew: digits/synthetic/distortions.py in native code, to the very same bits. So this file is compiled
// without fused operations, and each line rounds what the line of that number there rounds.
#include <string.h>

#include "kernel.h"

void BEND(const uint8_t* images, const int64_t* which, const float* grids, size_t count, uint8_t* bent) {
  constexpr int SIDE = 28, WIDTH = 31;  // of a picture, and of one with what is read around it: -1..29
  float share[SIDE], padded[WIDTH * WIDTH];
  for (int r = 0; r < SIDE; r++) share[r] = (float)(r % 7) / 7.0f;  // 1
  memset(padded, 0, sizeof padded);
  for (size_t i = 0; i < count; i++, bent += PIXELS, grids += 50) {
    const uint8_t* image = images + which[i] * PIXELS;
    for (int r = 0; r < SIDE; r++)
      for (int c = 0; c < SIDE; c++) padded[(r + 1) * WIDTH + c + 1] = image[r * SIDE + c];
    for (int r = 0; r < SIDE; r++) {
      float at[2][5], y[SIDE], x[SIDE], fy[SIDE], fx[SIDE];
      int place[SIDE];
      for (int way = 0; way < 2; way++)
        for (int g = 0; g < 5; g++) {
          const float* cell = grids + way * 25 + r / 7 * 5 + g;
          at[way][g] = cell[0] * (1 - share[r]) + cell[5] * share[r];  // 2
        }
      for (int c = 0; c < SIDE; c++) {
        int cell = c / 7;
        y[c] = (float)r + (at[0][cell] * (1 - share[c]) + at[0][cell + 1] * share[c]);  // 3 and 4
        x[c] = (float)c + (at[1][cell] * (1 - share[c]) + at[1][cell + 1] * share[c]);
      }
      for (int c = 0; c < SIDE; c++) {
        y[c] = y[c] < -1 ? -1 : y[c] > 28 ? 28 : y[c];
        x[c] = x[c] < -1 ? -1 : x[c] > 28 ? 28 : x[c];
        int y0 = (int)y[c] - (y[c] < 0 && y[c] != -1), x0 = (int)x[c] - (x[c] < 0 && x[c] != -1);  // rounded down
        fy[c] = y[c] - (float)y0;
        fx[c] = x[c] - (float)x0;
        place[c] = (y0 + 1) * WIDTH + x0 + 1;
      }
      for (int c = 0; c < SIDE; c++) {
        const float* p = padded + place[c];               // 5
        float upper = p[0] * (1 - fx[c]) + p[1] * fx[c];  // 6
        float lower = p[WIDTH] * (1 - fx[c]) + p[WIDTH + 1] * fx[c];
        bent[r * SIDE + c] = (uint8_t)(int)(upper * (1 - fy[c]) + lower * fy[c] + 0.5f);  // 7
      }
    }
  }
}
