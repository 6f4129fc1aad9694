// Small helps on top of pages that already work without JavaScript.
const self = document.querySelector('script[data-govuk]')
const page = document.body
page.classList.add('js-enabled', 'govuk-frontend-supported')

// GOV.UK components, only where a page has one: error summary takes focus, buttons ignore
// a second click, words are counted.
const start = (scope) => {
  if (!scope.querySelector('[data-module^="govuk-"]')) return
  import(self.dataset.govuk).then(({ createAll, Button, CharacterCount, Checkboxes, ErrorSummary }) => {
    for (const component of [Button, CharacterCount, Checkboxes, ErrorSummary]) {
      for (const element of scope.querySelectorAll(`[data-module="${component.moduleName}"]:not([data-${component.moduleName}-init])`)) {
        new component(element)
      }
    }
  })
}

// Show and hide a password.
const reveal = (scope) => {
  for (const button of scope.querySelectorAll('.ash-reveal[hidden]')) {
    const input = document.getElementById(button.getAttribute('aria-controls'))
    if (!input) continue
    const set = (shown) => {
      input.type = shown ? 'text' : 'password'
      button.textContent = shown ? button.dataset.hide : button.dataset.show
      button.setAttribute('aria-pressed', String(shown))
    }
    button.hidden = false
    button.addEventListener('click', () => set(input.type === 'password'))
    input.form?.addEventListener('submit', () => set(false))
  }
}

// A form is sent once, even on a slow line; coming back to the page opens it again.
document.addEventListener('submit', (event) => {
  const form = event.target
  if (form.method !== 'post' || event.defaultPrevented) return
  if (form.dataset.sent) return event.preventDefault()
  form.dataset.sent = 'yes'
  form.setAttribute('aria-busy', 'true')
  setTimeout(() => release(form), 8000)
})
const release = (form) => {
  delete form.dataset.sent
  form.removeAttribute('aria-busy')
}
window.addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach(release))

// Unsaved words: ask before a page is left on which a form was filled in. Language and sign-out are forms too.
let changed = null
document.addEventListener('input', (event) => {
  const form = event.target.form
  if (form?.method === 'post' && form.closest('main')) changed = form
})
document.addEventListener('submit', (event) => { if (event.target === changed && !event.defaultPrevented) changed = null })
window.addEventListener('beforeunload', (event) => { if (changed) event.preventDefault() })

// Forms that save themselves: after a pause in typing, one request at a time. When the line is down the same
// request is sent again until it is answered: the server knows it by its key, so nothing is written twice.
const autosave = (form) => {
  const pause = 2000, retry = 5000, text = form.querySelector('.ash-autosave')
  let timer, sending = null, busy = false, typed = false, pressed = null
  const say = (kind, at) => { text.textContent = text.dataset[kind].replace('{at}', at ?? '') }
  const later = (after) => { clearTimeout(timer); timer = setTimeout(send, after) }
  const go_on = (fields) => {
    for (const name of ['version', 'idempotency_key']) if (fields[name]) form.elements[name].value = fields[name]
  }
  const send = async () => {
    if (busy || form.dataset.sent || (!typed && !sending)) return
    clearTimeout(timer)
    busy = true
    if (!sending) { sending = new URLSearchParams(new FormData(form)); typed = false }
    const answer = await fetch(form.dataset.autosave, { method: 'POST', body: sending }).catch(() => null)
    const arrived = answer && answer.status < 500 && await receive(answer).then(() => true, () => false)
    busy = false
    if (!arrived) { say('offline'); return later(retry) }
    sending = null
    if (pressed) form.requestSubmit(pressed)
    else if (typed) later(pause)
  }
  const receive = async (answer) => {
    if (answer.redirected && answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const field = (name) => page.querySelector(`form[data-autosave] [name="${name}"]`)?.value
      go_on({ version: field('version'), idempotency_key: field('idempotency_key') })
    } else if (answer.ok) {
      const kept = await answer.json()
      go_on(kept)
      say('saved', kept.at)
      if (!typed && changed === form) changed = null
    } else if (answer.status === 422) say('invalid')
    else {
      form.removeEventListener('input', note)
      say(answer.status === 409 ? 'conflict' : 'stopped')
    }
  }
  const note = () => { typed = true; if (!sending) later(pause) }
  form.addEventListener('input', note)
  window.addEventListener('online', () => { if (sending) send() })
  form.addEventListener('submit', (event) => {  // what is on its way is answered first, or it would be a second writer
    clearTimeout(timer)
    if (!sending) return
    event.preventDefault()
    pressed = event.submitter
    send()
  })
}
for (const form of document.querySelectorAll('form[data-autosave]')) autosave(form)

// Forms that cannot be saved half filled: what is typed stays in this browser until the server says that it is saved,
// and is offered when the page is opened again. It is bound to who is signed in and to the page, and is gone when they
// sign out, when somebody else signs in here, and after two weeks. Files and hidden fields are not kept.
const unsaved = (() => { try { return window.localStorage } catch { return null } })()
const reader = page.dataset.reader, two_weeks = 14 * 24 * 3600 * 1000
const address = (path) => `unsaved ${reader} ${path}`
const kept_at = (key) => { try { return JSON.parse(unsaved.getItem(key)).at } catch { return 0 } }
const forget = (which) => {
  for (const key of Object.keys(unsaved ?? {})) if (key.startsWith('unsaved ') && which(key)) unsaved.removeItem(key)
}
const keep = (form) => {
  const key = address(location.pathname), offer = form.querySelector('[data-unsaved]')
  const found = JSON.parse(unsaved.getItem(key)), version = form.elements.version?.value ?? ''
  const fields = () => [...form.elements].filter((field) => field.name && !/hidden|file|password|submit|button/.test(field.type))
  const is_box = (field) => /radio|checkbox/.test(field.type)
  const name = (field) => is_box(field) ? `${field.name} ${field.value}` : field.name
  form.addEventListener('input', () => {
    const values = Object.fromEntries(fields().map((field) => [name(field), is_box(field) ? field.checked : field.value]))
    try { unsaved.setItem(key, JSON.stringify({ at: Date.now(), version, values })) } catch { /* no room: as without it */ }
  })
  if (!found || form.dataset.keeps === 'refused') return  // what was refused stands on the page
  const when = offer.querySelector('[data-when]'), two = { day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit' }
  when.textContent = when.dataset.when.replace('{at}', new Date(found.at).toLocaleString('ru', { year: 'numeric', ...two }))
  offer.querySelector('[data-meanwhile]').hidden = found.version === version
  offer.hidden = false
  offer.querySelector('[data-take]').addEventListener('click', () => {
    offer.hidden = true
    for (const field of fields()) if (name(field) in found.values) field[is_box(field) ? 'checked' : 'value'] = found.values[name(field)]
    fields()[0].focus()
    fields()[0].dispatchEvent(new Event('input', { bubbles: true }))
  })
  offer.querySelector('[data-discard]').addEventListener('click', () => {
    offer.hidden = true
    unsaved.removeItem(key)
  })
}
document.addEventListener('submit', (event) => { if ('forgets' in event.target.dataset) forget(() => true) })
if (unsaved && reader) {
  forget((key) => !key.startsWith(address('')) || kept_at(key) < Date.now() - two_weeks)
  if (page.dataset.savedPage) unsaved.removeItem(address(page.dataset.savedPage))
  for (const form of document.querySelectorAll('form[data-keeps]')) keep(form)
}

// A file that the server would not take is refused before it is sent: nothing typed is lost.
document.addEventListener('submit', (event) => {
  for (const input of event.target.querySelectorAll('input[type="file"][data-largest]')) {
    input.parentElement.querySelector('[data-too-large]').hidden = true
    if (![...input.files].some((file) => file.size > Number(input.dataset.largest))) continue
    event.preventDefault()
    input.parentElement.querySelector('[data-too-large]').hidden = false
    input.focus()
  }
}, true)

// Votes by name: one choice for everybody who has none yet.
for (const button of document.querySelectorAll('[data-choose]')) {
  button.hidden = false
  button.addEventListener('click', () => {
    for (const ballot of button.form.querySelectorAll('.ash-ballot')) {
      if (!ballot.querySelector(':checked')) ballot.querySelector(`[value="${button.dataset.choose}"]`).checked = true
    }
    changed = button.form
  })
}

// Print buttons: <button type="button" data-print hidden>.
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false
  button.addEventListener('click', () => window.print())
}

// htmx, only where a page asks for it.
const verbs = ['get', 'post', 'put', 'patch', 'delete', 'boost', 'trigger']
const selector = verbs.flatMap((verb) => [`[hx-${verb}]`, `[data-hx-${verb}]`]).join(',')
if (document.querySelector(selector)) {
  const script = document.createElement('script')
  script.src = self.dataset.htmx
  document.head.append(script)
  document.addEventListener('htmx:after:swap', () => { start(document); reveal(document) })
}

start(document)
reveal(document)
