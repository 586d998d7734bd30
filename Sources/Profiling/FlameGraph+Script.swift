extension FlameGraph {
  /// What a browser does with the picture.
  static let script = """

    const get = id => document.getElementById(id), frames = [...document.querySelectorAll('.f')].map(g => ({
      g, x: +g.dataset.x, w: +g.dataset.w, tip: g.querySelector('title').textContent,
      rect: g.querySelector('rect'), text: g.querySelector('text'), y: +g.querySelector('rect').getAttribute('y')}));
    for (const f of frames) f.name = f.tip.replace(/ \\([^(]*\\)$/, '');
    // Shares are rounded to 1e-7, frames are no narrower than 2e-4.
    const near = 1e-6;
    function zoom(to) {
      for (const f of frames) {
        const x = (f.x - to.x) / to.w, w = f.w / to.w, below = f.y >= to.y && f.x <= to.x + near && f.x + f.w >= to.x + to.w - near;
        const seen = below || (f.y < to.y && f.x >= to.x - near && f.x + f.w <= to.x + to.w + near);
        f.g.style.display = seen ? '' : 'none';
        if (!seen) continue;
        const left = below ? 0 : x * 1200, wide = below ? 1200 : w * 1200, room = Math.floor((wide - 4) / 6.3);
        f.rect.setAttribute('x', left); f.rect.setAttribute('width', wide); f.text.setAttribute('x', left + 3);
        f.text.textContent = room < 3 ? '' : f.name.length <= room ? f.name : f.name.slice(0, room - 1) + '…';
      }
      get('r').setAttribute('visibility', to === frames[0] ? 'hidden' : 'visible');
    }
    function search() {
      const word = prompt('Functions that contain (regular expression):', '');
      let found = null;
      try { found = word ? new RegExp(word, 'i') : null; } catch (e) { alert(e.message); return; }
      let share = 0, end = -1;
      for (const f of frames) {
        const hit = found !== null && found.test(f.name);
        f.g.classList.toggle('m', hit);
        // Frames come in the order of a walk from the root: what lies above a hit is counted with it.
        if (hit && f.x >= end - near) { share += f.w; end = f.x + f.w; }
      }
      get('n').textContent = found ? 'found: ' + (share * 100).toFixed(1) + ' %' : '';
    }
    for (const f of frames) {
      f.g.onclick = () => zoom(f);
      f.g.onmouseover = () => { get('d').textContent = f.tip; };
      f.g.onmouseout = () => { get('d').textContent = ''; };
    }
    get('r').onclick = () => zoom(frames[0]);
    get('s').onclick = search;
    window.addEventListener('keydown', e => { if ((e.ctrlKey || e.metaKey) && e.key === 'f') { e.preventDefault(); search(); } });

    """
}
