using System.Collections.Immutable;
using Grains.Pools;
using Grains.Quotas;
using Grains.Storage;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.WhatIf;

namespace Grains.WhatIf;

/// <summary>Reads where a question starts, in pages that hold nobody up: the pool as it stands or stood, and its quota trees.</summary>
internal sealed class WhatIfReader(IJournalStore store, IGrainFactory grains, PoolOptions pools, QuotaOptions quotas, PoolId pool)
{
    /// <summary>Times that a pool whose state went while it was read is read again.</summary>
    private const int Tries = 3;

    private const int ChargePage = 5000;

    /// <summary>Null: the pool's state was gone each time before it was read.</summary>
    public async Task<WhatIfStart?> Live()
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await State() is { } state)
            {
                var own = state.Snapshot!.Attempts.Select(a => a.Attempt).ToHashSet();
                var trees = ImmutableArray.CreateBuilder<QuotaSnapshot>();
                foreach (var cohort in state.Snapshot.Attempts.Select(a => a.Spec.Quota.Cohort).Concat(state.Snapshot.Levels.Select(l => l.Cohort)).Concat(await Cohorts()).Distinct().Order(StringComparer.Ordinal))
                {
                    trees.Add(await Tree(cohort, own));
                }

                return state with { Trees = trees.ToImmutable() };
            }
        }

        return null;
    }

    /// <summary>The pool as it stood then, or at the beginning of what is kept, and what has come since. Null: nothing is kept.</summary>
    public async Task<(WhatIfStart Start, WhatIfPast Past)?> Past(WhatIfStart live, DateTimeOffset from)
    {
        var history = new PoolHistoryReader(store, pool);
        var stretches = await history.List();
        var first = 0;
        while (first < stretches.Count - 1 && stretches[first].ClosedAt <= from)
        {
            first++;
        }

        PoolSnapshot? start = null;
        var entries = new List<PoolEntry>();
        for (var i = first; i < stretches.Count; i++)
        {
            if (await history.Read(stretches[i]) is not { } stretch)
            {
                // It was dropped meanwhile: what comes after it is what is kept.
                (start, first) = (null, i + 1);
                entries.Clear();
                continue;
            }

            start = i == first ? stretch.Start : start;
            entries.AddRange(stretch.Entries);
        }

        var past = PastReader.Read(start, entries);
        return entries.Count == 0 || live.At <= past.From ? null : (live with { At = past.From, Snapshot = start }, past with { Until = live.At });
    }

    private async Task<WhatIfStart?> State()
    {
        var grain = grains.GetGrain<IPoolGrain>(pool.Value);
        var attempts = ImmutableArray.CreateBuilder<PoolAttemptRecord>();
        var racks = ImmutableArray.CreateBuilder<RackView>();
        var page = await grain.GetState(0, 0);
        if (page?.Snapshot is not { } snapshot)
        {
            return null;
        }

        var at = page.At;
        for (; ; )
        {
            attempts.AddRange(page.Attempts);
            racks.AddRange(page.Racks);
            if (page.Next is not { } next)
            {
                break;
            }

            page = await grain.GetState(page.Token, next);
            if (page is null)
            {
                return null;
            }
        }

        return new WhatIfStart
        {
            Pool = pool, At = at, Snapshot = snapshot with { Attempts = attempts.ToImmutable() }, Racks = racks.ToImmutable(), Limits = pools.Limits, Policy = pools.Policy,
            Placement = pools.PlacementPolicy, EarmarkLease = quotas.EarmarkLease,
        };
    }

    /// <summary>Trees that nobody of the pool uses yet can be asked about too.</summary>
    private async Task<IEnumerable<string>> Cohorts() => (await grains.GetGrain<Clusters.IDirectoryGrain>(Clusters.IDirectoryGrain.Key).GetView()).Cohorts;

    /// <summary>With other pools' charges only: those of the pool itself are read off its own state.</summary>
    private async Task<QuotaSnapshot> Tree(string cohort, HashSet<AttemptId> own)
    {
        var grain = grains.GetGrain<IQuotaGrain>(cohort);
        var tree = await grain.GetState(null, ChargePage);
        var charges = ImmutableArray.CreateBuilder<QuotaCharge>();
        var isShared = tree.Pools.Any(p => p != pool);
        for (var page = tree; isShared && page.Charges.Length > 0; page = await grain.GetState(page.Charges[^1].Attempt, ChargePage))
        {
            charges.AddRange(page.Charges.Where(c => !own.Contains(c.Attempt)));
        }

        return tree with { Charges = charges.ToImmutable(), Refunded = [] };
    }
}
