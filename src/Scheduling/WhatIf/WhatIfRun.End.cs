using System.Collections.Immutable;
using Scheduling.Jobs;

namespace Scheduling.WhatIf;

/// <content>What came of it.</content>
public sealed partial class WhatIfRun
{
    /// <summary>It was over before its time: nothing was left to happen.</summary>
    internal bool EndsEarly => _past is null && IsIdle;

    /// <summary>Counts what still runs up to then. Once, when the run is over.</summary>
    internal WhatIfOutcomes Outcomes(DateTimeOffset end)
    {
        Spend(end);
        foreach (var job in _jobs.Values.Where(j => j.HasWorkers))
        {
            Account(job, end, end);
            job.Fate.HoldsNodes = true;
        }

        return new WhatIfOutcomes(_fates, end, CapacitySpent);
    }

    internal ImmutableArray<WhatIfNewJob> NewJobs() =>
    [
        .. _guests.Select(g => new WhatIfNewJob
        {
            Change = g.Guest!.Change, Tenant = g.State.Spec.Tenant, StartsAt = g.Fate.StartedAt, EndsAt = g.Fate.StartedAt is null ? null : g.Fate.EndedAt,
            Nodes = [.. g.Guest.Nodes.Take(_options.MaxNames)], NodeCount = g.Guest.Nodes.Length,
            Evicts = [.. g.Guest.Evicts.Take(_options.MaxNames)], EvictedCount = g.Guest.Evicts.Count, WaitsFor = g.Fate.StartedAt is null ? WaitsFor(g) : null,
        }),
    ];

    private string WaitsFor(WhatIfJob job) =>
        job.State.Phase.IsEnded() ? job.State.Reason ?? $"it ended as {job.State.Phase}"
        : job.Fate.TurnedAway ? "the pool takes no more jobs of this tenant"
        : _machine.Explain(job.State.Id, tenant => tenant == job.State.Spec.Tenant)?.Message ?? "the pool has not looked at it";
}
