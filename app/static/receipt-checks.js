// Receipts one after another by keyboard. Keys are taken by their place, so they work in every layout, and only
// while the focus is in this part of the page, so that nobody's own keys are disturbed.
const desk = document.querySelector('[data-receipt]')
const form = desk.querySelector('form'), refusal = desk.querySelector('[data-refusal]')
const checks = [...form.querySelectorAll('[type="checkbox"]')], faults = [...refusal.querySelectorAll('[type="radio"]')]
const words = form.elements.words, button = (verdict) => form.querySelector(`button[value="${verdict}"]`)
const papers = [...desk.querySelectorAll('[data-paper]')]
let shown = 0, zoom = 1, turned = 0, refusing = false

const draw = () => {
  papers.forEach((paper, place) => { paper.hidden = place !== shown })
  const picture = papers[shown]?.querySelector('img')
  if (!picture) return
  picture.style.width = `${zoom * 100}%`
  picture.style.transform = `rotate(${turned}deg)`
}
const views = {
  in: () => { zoom = Math.min(zoom * 1.25, 5) },
  out: () => { zoom = Math.max(zoom / 1.25, 0.5) },
  turn: () => { turned = (turned + 90) % 360 },
  next: () => { shown = (shown + 1) % papers.length; zoom = 1; turned = 0 },
}
const view = (name) => { if (papers.length) { views[name](); draw() } }
for (const one of desk.querySelectorAll('[data-view]')) one.addEventListener('click', () => view(one.dataset.view))
for (const one of desk.querySelectorAll('[data-tools], [data-keys]')) one.hidden = false

const refuse = () => { refusing = true; (faults.find((one) => one.checked) ?? faults[0]).focus() }
const check = () => { refusing = false; desk.focus() }
const choose = (place) => {
  const one = (refusing ? faults : checks)[place]
  if (!one) return
  one.checked = refusing || !one.checked
  one.focus()
}
const decide = () => form.requestSubmit(button(refusing ? 'refuse' : 'verify'))
const acts = {
  KeyA: () => { refusing = false; decide() },
  KeyR: refuse,
  KeyN: () => desk.querySelector('[data-skip]').click(),
  KeyB: () => desk.querySelector('[data-back]')?.click(),
  KeyT: () => view('turn'),
  KeyF: () => view('next'),
  Equal: () => view('in'),
  NumpadAdd: () => view('in'),
  Minus: () => view('out'),
  NumpadSubtract: () => view('out'),
}
desk.addEventListener('focusin', (event) => { refusing = refusal.contains(event.target) })
desk.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return
  const digit = /^(?:Digit|Numpad)([1-6])$/.exec(event.code)
  const is_typing = event.target === words, is_pressing = /^(A|BUTTON)$/.test(event.target.tagName)
  let act = null
  if (event.code === 'Escape') act = check
  else if (/Enter$/.test(event.code)) act = is_pressing ? null : decide
  else if (!is_typing) act = digit ? () => choose(digit[1] - 1) : acts[event.code]
  if (!act || event.repeat) return
  event.preventDefault()
  act()
})
desk.tabIndex = -1
draw()
if (!document.querySelector('.govuk-error-summary')) desk.focus({ preventScroll: true })
