// Shows the page as it stands after the first answer, drawn when it was built (`web/src/first.rs`), until the page runs
// and takes its place. Whoever comes with something else to open sees the bars and the panes, without what is in them.
//
// A script of its own, before everything that waits for modules, so that the picture is there at the first paint.
{
  // The picture stays to be read, but nobody shall wait for it to answer. A script that does not come cannot say so itself.
  globalThis.podpathUnable = () => {
    document.getElementById('first')?.removeAttribute('aria-busy');
    document.getElementById('unable').hidden = false;
  };
  document.querySelector('script[src*="boot"]')?.addEventListener('error', podpathUnable);

  const kept = key => { try { return localStorage.getItem(key); } catch { return null; } };
  const settings = (() => { try { return JSON.parse(kept('podpath.settings')); } catch { return null; } })();
  const fits = query => matchMedia(query).matches;
  const root = document.documentElement;
  const isKorean = settings?.locale ? settings.locale === 'ko' : navigator.language.startsWith('ko');
  const isFresh = !settings && location.hash.length < 2 && !new URLSearchParams(location.search).get('src');

  // As the page itself chooses them.
  function theme() {
    if (['light', 'dark', 'contrast'].includes(settings?.theme)) return settings.theme;
    if (fits('(prefers-contrast: more)')) return 'contrast';
    return fits('(prefers-color-scheme: dark)') ? 'dark' : 'light';
  }

  function show(first, language) {
    const pieces = [...document.querySelectorAll(`template[data-first="${language}"]`)];
    const [page, ...pictures] = pieces.map(it => it.content);
    const least = pieces.slice(1).map(it => Number(it.dataset.least));
    page.querySelector('.first-picture').replaceWith(pictures[least.findLastIndex(it => it <= innerWidth)]);
    // Nothing answers yet: what would be a button is text until then. Names belong to the page that comes.
    for (const it of page.querySelectorAll('a, button, input, select, summary, [tabindex]')) it.tabIndex = -1;
    for (const it of page.querySelectorAll('[id]')) it.removeAttribute('id');
    if (!isFresh) for (const it of page.querySelectorAll('.source, .answer, .ws-anchor, .saved')) it.replaceChildren();
    first.append(page);
    first.toggleAttribute('data-bare', !isFresh);
    first.hidden = false;
  }

  if (!new URLSearchParams(location.hash.slice(1)).has('embed')) {
    root.lang = isKorean ? 'ko' : 'en';
    root.dataset.theme = theme();
    for (const name of ['--w-source', '--h-files', '--h-stage']) {
      const pixels = kept(`podpath.size${name}`);
      if (pixels) root.style.setProperty(name, `${pixels}px`);
    }
    show(document.getElementById('first'), root.lang);
  }
}
