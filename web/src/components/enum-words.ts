// SPDX-License-Identifier: Apache-2.0
import { spell } from '@/lib/format';

/** Words of closed sets where spelling out the name is not enough. */
const words: Record<string, string> = {
  AhvStorageSnapshotJob: 'AHV snapshot', AwsBackupJob: 'AWS backup', AzureBackupJob: 'Azure backup', GoogleBackupJob: 'Google Cloud backup',
  BackupVm: 'VM backup', ReplicationVM: 'VM replication', CopyVm: 'VM copy', CdpReplicationVM: 'CDP replication',
  BackupCopy: 'Backup copy', SimpleBackupCopy: 'Backup copy (mirror)', BackupFile: 'File share backup', BackupFileCopy: 'File share copy',
  AgentBackupJob: 'Agent backup', AgentPolicy: 'Agent policy', BackupToTape: 'Backup to tape', FileToTape: 'Files to tape',
  CopyFile: 'File copy', ObjectStorageBackup: 'Object storage backup', ObjectStorageBackupCopy: 'Object storage copy',
  SqlLogBackup: 'SQL log backup', OracleLogBackup: 'Oracle log backup', PostgreSqlLogBackup: 'PostgreSQL log backup',
  VirtualMachine: 'Virtual machine', ServerComputer: 'Computer (backup server)', ConsoleComputer: 'Computer (console)',
  BackupServer: 'Backup server', BackupAgent: 'Backup agent', EntireComputer: 'Entire computer',
  PortalAdministrator: 'Provider administrator', PortalOperator: 'Provider operator', PortalReadonlyOperator: 'Provider operator (read only)',
  MSSQL: 'SQL Server', WinLocal: 'Windows', LinuxLocal: 'Linux', LinuxHardened: 'Linux (hardened)', None: 'None', EnterprisePlus: 'Enterprise Plus', rest: 'REST', ui: 'UI',
  NetworkRange: 'Every address of networks', Csv: 'Computers of a list',
};
export const wordOf = (value: string): string => words[value] ?? spell(value);
