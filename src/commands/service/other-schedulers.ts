import { shellWord } from '../../core/text/shell-word.ts';
import type { ServiceFacts } from './facts.ts';
import { EVERY_MINUTES, placeArguments, processArguments } from './facts.ts';

/** A line for `crontab -e`, which mails only what is new and needs a person; a run ends before the next one. */
export function cronLine({ node, bin, ...place }: ServiceFacts): string {
  const slice = ['--max-time', `${EVERY_MINUTES - 1}m`];
  const words = [node, bin, 'process', '--cron', ...slice, ...placeArguments(place)];
  // In a crontab a % ends the command.
  return `*/${EVERY_MINUTES} * * * *  ${words.map(shellWord).join(' ').replaceAll('%', '\\%')}`;
}

/** A property list for launchd: `~/Library/LaunchAgents/plexsync.plist`. */
export function launchdPlist(facts: ServiceFacts): string {
  const words = [facts.node, facts.bin, ...processArguments(facts)];
  const often =
    facts.mode === 'watch'
      ? ['<key>KeepAlive</key><true/>']
      : [`<key>StartInterval</key><integer>${EVERY_MINUTES * 60}</integer>`];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!-- For ~/Library/LaunchAgents/plexsync.plist; then: launchctl load ~/Library/LaunchAgents/plexsync.plist -->',
    '<plist version="1.0"><dict>',
    '  <key>Label</key><string>plexsync</string>',
    '  <key>ProgramArguments</key><array>',
    ...words.map((word) => `    <string>${xml(word)}</string>`),
    '  </array>',
    '  <key>RunAtLoad</key><true/>',
    ...often.map((line) => `  ${line}`),
    '</dict></plist>',
  ].join('\n');
}

/** A line for a command prompt on Windows that makes a task. */
export function windowsTask(facts: ServiceFacts): string {
  const command = [facts.node, facts.bin, ...processArguments(facts)].map((word) => `\\"${word}\\"`).join(' ');
  const often = facts.mode === 'watch' ? '/SC ONLOGON' : `/SC MINUTE /MO ${EVERY_MINUTES}`;
  return `schtasks /Create /TN plexsync ${often} /TR "${command}"`;
}

function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
