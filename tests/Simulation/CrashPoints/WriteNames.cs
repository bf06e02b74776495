using Grains.Clusters;
using Grains.Jobs;
using Grains.JobSets;
using Grains.Nodes;
using Grains.Storage;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Racks;

namespace Simulation.CrashPoints;

/// <summary>Says of a write what it makes durable, for people.</summary>
internal static class WriteNames
{
    public static string OfAppend(string stream, IReadOnlyList<ReadOnlyMemory<byte>> entries) =>
        $"append {stream}: {string.Join(" ", entries.Select(e => KindOf(stream, e)).CountBy(k => k).Select(k => k.Value == 1 ? k.Key : $"{k.Key}×{k.Value}"))}";

    public static string OfSnapshot(string stream) => $"snapshot {stream}";

    public static string OfState<T>(GrainId grain, T state) => $"write {grain}: {Summary(state)}";

    private static string KindOf(string stream, ReadOnlyMemory<byte> entry) => stream[..stream.IndexOf('/', StringComparison.Ordinal)] switch
    {
        "pool" => RecordCodec.Decode<PoolEntry>(entry.Span).Kind.ToString(),
        "rack" => RecordCodec.Decode<RackEntry>(entry.Span).Kind.ToString(),
        "quota" => RecordCodec.Decode<QuotaEntry>(entry.Span).Kind.ToString(),
        var other => throw new InvalidOperationException($"Nobody said what a {other} journals."),
    };

    private static string Summary<T>(T state) => state switch
    {
        JobRecord { Job: { } job } => $"{job.Phase} {job.Attempt} {job.Timeline[^1].Type}{(job.Unmet.IsEmpty ? "" : " waits for others")}",
        JobSetRecord { Set: { } set } => $"{set.Parts.Length} parts",
        NodeRecord node => node.Health.State.ToString(),
        DirectoryRecord directory => $"{directory.Pools.Length} pools, {directory.Cohorts.Length} cohorts",
        _ => throw new InvalidOperationException($"Nobody said what a {typeof(T).Name} is."),
    };
}
