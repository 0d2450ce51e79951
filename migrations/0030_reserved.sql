-- SPDX-License-Identifier: Apache-2.0
-- Number 0030 belongs to a change that lands before this branch; this file goes when it does.
select 1;
