// SPDX-License-Identifier: Apache-2.0
export const words = {
  bell: 'Orders to agents', none: 'You have given no orders yet. Starting or stopping a job is one.', takeBack: 'Take back', notTaken: 'It could not be taken back',
  unread: 'new', runs: 'runs', run: 'run', waits: 'Its agent has not answered yet.',
};
export const statusWords = { running: 'Running', succeed: 'Done', failed: 'Failed', canceled: 'Taken back' };
