/** Puts the rows of a bulk enqueue into the table of jobs, new or over those that wait, in one transaction. */
const Database = require('better-sqlite3');

const [file, count, how] = process.argv.slice(2);
const db = new Database(file);
db.pragma('synchronous = FULL');
const merge =
  how === 'merge'
    ? "ON CONFLICT (scene_id) WHERE state = 'pending' DO UPDATE SET data = excluded.data, stamps = excluded.stamps"
    : '';
const put = db.prepare(
  `INSERT INTO jobs (scene_id, state, data, stamps, priority, available_at, enqueued_at)
   VALUES (?, 'pending', ?, ?, 0, ?, ?) ${merge}`,
);
db.transaction(() => {
  const now = Date.now();
  const stamps = JSON.stringify({ path: now, title: now });
  for (let index = 0; index < Number(count); index += 1) {
    put.run(index + 1, JSON.stringify({ path: `/media/${index}.mp4`, title: `Pier ${index}` }), stamps, now, now);
  }
})();
db.close();
