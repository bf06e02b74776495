using System.Collections.Immutable;
using Grains.Configuration;
using Scheduling.Model;

namespace Grains.Clusters;

/// <summary>The two lists, in name order. A name once listed stays: pools and trees that hold nothing are harmless.</summary>
[GrainType("directory")]
internal sealed class DirectoryGrain([PersistentState("directory", StorageNames.Default)] IPersistentState<DirectoryRecord> record)
    : Grain, IDirectoryGrain
{
    private DirectoryRecord _lists = new();

    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        if (record.RecordExists && record.State is { } stored)
            _lists = stored;
        return base.OnActivateAsync(cancellationToken);
    }

    public Task<DirectoryView> GetView() => Task.FromResult(new DirectoryView { Pools = _lists.Pools, Cohorts = _lists.Cohorts });

    public Task AddPool(PoolId pool) =>
        _lists.Pools.Contains(pool)
            ? Task.CompletedTask
            : Save(_lists with { Pools = [.. _lists.Pools.Add(pool).OrderBy(p => p.Value, StringComparer.Ordinal)] });

    public Task AddCohort(string cohort) =>
        _lists.Cohorts.Contains(cohort)
            ? Task.CompletedTask
            : Save(_lists with { Cohorts = _lists.Cohorts.Add(cohort).Sort(StringComparer.Ordinal) });

    private async Task Save(DirectoryRecord next)
    {
        await record.Write(next, DeactivateOnIdle);
        _lists = next;
    }
}
