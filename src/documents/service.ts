import * as z from 'zod/mini';
import type { DocumentOf } from './shapes.ts';

export const serviceInstallSchema = z.object({
  files: z.array(z.string()),
  started: z.nullable(z.string()).check(z.describe('The unit that was enabled and started; null for a template.')),
  removed: z
    .array(z.string())
    .check(z.describe('The files of units that took turns before: of a timer where a watch comes.')),
});
export type ServiceInstallDocument = DocumentOf<typeof serviceInstallSchema>;

const nullable = z.nullable(z.string());

export const serviceStatusSchema = z.object({
  units: z.array(
    z.object({
      unit: z.string(),
      file: z.string(),
      active: nullable.check(z.describe('As systemd says; null where it does not answer.')),
      result: nullable,
      next: nullable.check(z.describe('When a timer runs next, as systemd says.')),
    }),
  ),
});
export type ServiceStatusDocument = DocumentOf<typeof serviceStatusSchema>;

export const serviceUninstallSchema = z.object({ removed: z.array(z.string()) });
export type ServiceUninstallDocument = DocumentOf<typeof serviceUninstallSchema>;
