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
  Counted: 'Counted by restore points', NewFree: 'New: free until the 1st', ServerReported: 'Told by the server', NotReported: 'Not told: last known numbers', CloudSite: 'Site',
  VBR_VM: 'Virtual machines', VBR_Cloud_VM: 'Cloud machines', VBR_Server_Agent: 'Servers', VBR_Workstation_Agent: 'Workstations', VBR_NAS_Backup: 'File shares', VBR_Application_Plugins: 'Applications',
  CC_VM_Backup: 'Machines of cloud tenants', CC_Server_Backup: 'Servers of cloud tenants', CC_Workstation_Backup: 'Workstations of cloud tenants', CC_VM_Replica: 'Replicas of cloud tenants',
  VAC_Server_Agent: 'Servers with an own agent', VAC_Workstation_Agent: 'Workstations with an own agent', ProtectedFileShares: 'Protected file shares', CloudTotalUsage: 'Cloud storage',
  VmCloudReplicaStorageUsage: 'Storage of cloud replicas', VbrBackupSize: 'Size of backups', VbrRepositoryCapacity: 'Capacity of repositories', CloudAllocatedSpace: 'Cloud storage, allocated', FileShareBackupSize: 'Size of file share backups', FileShareArchiveSize: 'Size of file share archives',
  ObjectStorageBackupSize: 'Size of object storage backups', ObjectStorageArchiveSize: 'Size of object storage archives', CloudConnect: 'Cloud Connect', BackupAndReplication: 'Backup & Replication', VSPC: 'Agents of the console',
  VMware: 'VMware', HyperV: 'Hyper-V', NutanixAhv: 'Nutanix AHV', Kvm: 'KVM',
  NetworkRange: 'Every address of networks', Csv: 'Computers of a list',
};
export const wordOf = (value: string): string => words[value] ?? spell(value);
