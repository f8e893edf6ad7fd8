// Distorted pictures: digits/synthetic/distortions.py in native code, to the very same bits. So this file is compiled
// without fused operations, and each line rounds what the line of that number there rounds.
#include <string.h>

#include "kernel.h"

namespace {

// ROWS and COLUMNS: where they are known when this is compiled; else 0, and `rows` and `columns` say.
template <int ROWS, int COLUMNS>
void bend(const uint8_t* images, int rows, int columns, const int64_t* which, const float* grids, size_t count,
          uint8_t* bent) {
  const int high = ROWS ? ROWS : rows, wide = COLUMNS ? COLUMNS : columns;
  const int width = wide + 3;  // of a picture with what is read around it: -1..wide + 1
  float share_r[MOST_SIDE], share_c[MOST_SIDE], padded[(MOST_SIDE + 3) * (MOST_SIDE + 3)];
  for (int r = 0; r < high; r++) share_r[r] = (float)(4 * r % high) / (float)high;  // 1
  int cell_c[MOST_SIDE];
  for (int c = 0; c < wide; c++) share_c[c] = (float)(4 * c % wide) / (float)wide, cell_c[c] = 4 * c / wide;
  memset(padded, 0, sizeof padded);
  for (size_t i = 0; i < count; i++, bent += high * wide, grids += 50) {
    const uint8_t* image = images + which[i] * high * wide;
    for (int r = 0; r < high; r++)
      for (int c = 0; c < wide; c++) padded[(r + 1) * width + c + 1] = image[r * wide + c];
    for (int r = 0; r < high; r++) {
      float at[2][5], y[MOST_SIDE], x[MOST_SIDE], fy[MOST_SIDE], fx[MOST_SIDE];
      int place[MOST_SIDE];
      for (int way = 0; way < 2; way++)
        for (int g = 0; g < 5; g++) {
          const float* cell = grids + way * 25 + 4 * r / high * 5 + g;
          at[way][g] = cell[0] * (1 - share_r[r]) + cell[5] * share_r[r];  // 2
        }
      for (int c = 0; c < wide; c++) {
        int cell = ROWS ? 4 * c / wide : cell_c[c];
        y[c] = (float)r + (at[0][cell] * (1 - share_c[c]) + at[0][cell + 1] * share_c[c]);  // 3 and 4
        x[c] = (float)c + (at[1][cell] * (1 - share_c[c]) + at[1][cell + 1] * share_c[c]);
      }
      for (int c = 0; c < wide; c++) {
        y[c] = y[c]<-1 ? -1 : y[c]>(float) high ? (float)high : y[c];
        x[c] = x[c]<-1 ? -1 : x[c]>(float) wide ? (float)wide : x[c];
        int y0 = (int)y[c] - (y[c] < 0 && y[c] != -1), x0 = (int)x[c] - (x[c] < 0 && x[c] != -1);  // rounded down
        fy[c] = y[c] - (float)y0;
        fx[c] = x[c] - (float)x0;
        place[c] = (y0 + 1) * width + x0 + 1;
      }
      for (int c = 0; c < wide; c++) {
        const float* p = padded + place[c];               // 5
        float upper = p[0] * (1 - fx[c]) + p[1] * fx[c];  // 6
        float lower = p[width] * (1 - fx[c]) + p[width + 1] * fx[c];
        bent[r * wide + c] = (uint8_t)(int)(upper * (1 - fy[c]) + lower * fy[c] + 0.5f);  // 7
      }
    }
  }
}

}  // namespace

void BEND(const uint8_t* images, int rows, int columns, const int64_t* which, const float* grids, size_t count,
          uint8_t* bent) {
  if (rows == 28 && columns == 28) bend<28, 28>(images, rows, columns, which, grids, count, bent);  // a third faster
  else bend<0, 0>(images, rows, columns, which, grids, count, bent);
}
