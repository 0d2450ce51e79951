// SPDX-License-Identifier: Apache-2.0
export const words = { title: 'Activity log', question: 'Who changed what, and when?', none: 'No activity yet', noneText: 'Every change made through the portal or the API is listed here.' };
