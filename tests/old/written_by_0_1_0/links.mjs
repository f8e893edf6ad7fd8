// Runs the page's state.js and settings.js under Node: what to do as JSON on stdin, the answers as JSON on stdout.
//     node links.mjs ADDRESS_OF_STATE_JS ADDRESS_OF_SETTINGS_JS
// {"state": {...}}       the link that this state makes, and the state that the link makes
// {"fragment": "..."}    the state that a link makes
// {"settings": {...}, "choices": {...}}   what is trained with these settings of a link

const [{ fromFragment, toFragment, START, snap }, { wanted }] = await Promise.all(
  process.argv.slice(2).map((url) => import(url)),
);
const plain = (state) => ({
  ...state,
  baseInk: state.baseInk && Array.from(state.baseInk, (ink) => Math.round(255 * ink)),
});
const inked = (bytes) => bytes && Float64Array.from(bytes, (byte) => byte / 255);

let text = "";
for await (const part of process.stdin) text += part;
const answers = JSON.parse(text).map(({ state, fragment, settings, choices }) => {
  if (settings) return wanted(settings, choices);
  if (!state) return { fragment, state: plain(fromFragment(fragment)) };
  const made = toFragment({
    ...START,
    ...state,
    strokes: snap(state.strokes ?? []),
    baseInk: inked(state.baseInk ?? null),
  });
  return { fragment: made, state: plain(fromFragment(made)) };
});
process.stdout.write(JSON.stringify(answers));
