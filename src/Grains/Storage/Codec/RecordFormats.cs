using Grains.Clusters;
using Grains.Jobs;
using Grains.JobSets;
using Grains.Nodes;
using Grains.ScaleSets;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Racks;

namespace Grains.Storage.Codec;

/// <summary>All that grains store: code for it is made when this is compiled, so that a process that starts need not make it while jobs wait.</summary>
[StoredRecord(typeof(DirectoryRecord))]
[StoredRecord(typeof(JobRecord))]
[StoredRecord(typeof(JobSetRecord))]
[StoredRecord(typeof(NodeRecord))]
[StoredRecord(typeof(ScaleSetRecord))]
[StoredRecord(typeof(PoolEntry))]
[StoredRecord(typeof(PoolSnapshot))]
[StoredRecord(typeof(QuotaEntry))]
[StoredRecord(typeof(QuotaSnapshot))]
[StoredRecord(typeof(RackEntry))]
[StoredRecord(typeof(RackSnapshot))]
[StoredRecord(typeof(JobIndexRow))]
internal static partial class RecordFormats
{
    /// <summary>The code that was made for a type; null when none was.</summary>
    public static RecordFormat<T>? Made<T>() => (RecordFormat<T>?)Find(typeof(T));

    private static partial object? Find(Type type);
}
