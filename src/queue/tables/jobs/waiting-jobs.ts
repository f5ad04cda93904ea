/**
 * SQL for the waiting jobs, one index range for each kind (whether a job awaits Stash) and priority: a condition on
 * `available_at` after it is a seek, however many jobs wait. Continue it with `AND jobs.available_at …`.
 */
export const WAITING_BY_CLASS = `
  (SELECT column1 AS held, column2 AS priority FROM (VALUES (0, 0), (0, 1), (1, 0), (1, 1))) AS class
  CROSS JOIN jobs INDEXED BY jobs_due
    ON jobs.state = 'pending' AND jobs.held = class.held AND jobs.priority = class.priority`;
