import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileToFollow, holdsPinned, pinCommand } from '../../../src/core/match/pin.ts';

const files = [{ path: '/media/harbour/Pier - 1080p.mp4' }, { path: '/media/harbour/Pier.mp4', size: 5 }];

test('an item is followed by the file that has the scene’s name, else by its first, and without files by none', () => {
  assert.equal(fileToFollow(files, '/stash/PIER.mp4'), '/media/harbour/Pier.mp4');
  assert.equal(fileToFollow(files, '/stash/mole.mp4'), '/media/harbour/Pier - 1080p.mp4');
  assert.equal(fileToFollow(files, undefined), '/media/harbour/Pier - 1080p.mp4');
  assert.equal(fileToFollow([], '/stash/pier.mp4'), undefined);
});

test('a pinned file is held at exactly its path, however slashes and accents are spelt', () => {
  assert.equal(holdsPinned({ file: '/media/harbour/Pier.mp4' }, files), true);
  assert.equal(holdsPinned({ file: '/media/Pier.mp4' }, files), false);
  assert.equal(holdsPinned({ file: '/media/harbour/pier.mp4' }, files), false);
  assert.equal(holdsPinned({ file: 'D:\\quay\\Caf\u00e9.mp4' }, [{ path: 'D:/quay/Cafe\u0301.mp4' }]), true);
});

test('the command to paste names scene and item', () => {
  assert.equal(pinCommand(7, '512'), 'plexsync pin 7 512');
});
