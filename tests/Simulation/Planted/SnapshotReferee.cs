using Grains.Pools;
using Grains.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Scheduling;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Racks;
using Simulation.Shadow;

namespace Simulation.Planted;

/// <summary>I18: a snapshot is what its entries, read one by one from the first, come to.</summary>
internal sealed class SnapshotReferee(SimulatedWorld world) : IChecker
{
    private readonly Dictionary<string, List<object>> _entries = [];

    public void Wrote(DurableWrite write)
    {
        if (write.What is PoolEntry or QuotaEntry or RackEntry)
        {
            if (!_entries.TryGetValue(write.Where, out var entries))
            {
                _entries.Add(write.Where, entries = []);
            }

            entries.Add(write.What);
        }
        else if (write.What is StoredSnapshot snapshot && Differs(write.Where, snapshot) is { } what)
        {
            world.Seen.Record($"I18: the snapshot of {write.Where} at {snapshot.Position} is not what its entries come to: {what}");
        }
    }

    /// <summary>Reading anew is not what is hunted: it is done with every guard in place.</summary>
    private string? Differs(string stream, StoredSnapshot snapshot)
    {
        var entries = _entries.GetValueOrDefault(stream, []).Take((int)snapshot.Position);
        var away = Guards.Away;
        Guards.TakeAway();
        try
        {
            return stream[..stream.IndexOf('/', StringComparison.Ordinal)] switch
            {
                "pool" => DiffersFrom(RecordCodec.Decode<PoolSnapshot>(snapshot.Bytes), entries.Cast<PoolEntry>()),
                "quota" => DiffersFrom(RecordCodec.Decode<QuotaSnapshot>(snapshot.Bytes), entries.Cast<QuotaEntry>()),
                _ => DiffersFrom(RecordCodec.Decode<RackSnapshot>(snapshot.Bytes), entries.Cast<RackEntry>()),
            };
        }
        finally
        {
            Guards.TakeAway(away);
        }
    }

    /// <summary>What is counted between entries (GPU time, and the capacity that shares are parts of) is not in them.</summary>
    private string? DiffersFrom(PoolSnapshot stored, IEnumerable<PoolEntry> entries)
    {
        var options = world.Cluster.SiloServices(0).GetRequiredService<IOptions<PoolOptions>>().Value;
        var anew = new PoolMachine(World.Pool, options.Limits, options.Policy, options.PlacementPolicy);
        foreach (var entry in entries)
        {
            anew.Replay(entry);
        }

        var read = anew.ToSnapshot();
        return First(
            ("epoch or plan", (stored.Epoch, stored.LastPlan) == (read.Epoch, read.LastPlan)),
            ("attempts", Same(Bare(stored), Bare(read))),
            ("claims", Same(stored.Claims, read.Claims)),
            ("evictions", Same(stored.Evictions, read.Evictions)));
    }

    /// <summary>
    /// Without what is compared apart, and without the levels at which predictions claim: they follow a census of those that run, which every activation
    /// takes anew, so that one that began in between has learnt a little otherwise than one machine would that read everything.
    /// </summary>
    private static PoolSnapshot Bare(PoolSnapshot pool) => pool with
    {
        Claims = [],
        Evictions = [],
        Ledger = null,
        Shares = null,
        Predictor = pool.Predictor is { } predictor ? predictor with { Level50 = 0, Level90 = 0 } : null,
    };

    private string? DiffersFrom(QuotaSnapshot stored, IEnumerable<QuotaEntry> entries)
    {
        var anew = new QuotaTree(stored.Cohort);
        foreach (var entry in entries)
        {
            anew.Apply(entry);
        }

        // How far GPU time was counted depends on who looked last, what it comes to does not.
        var (read, now) = (anew.Snapshot(), world.Cluster.Time.GetUtcNow());
        return First(
            ("charges", Same(stored.Charges, read.Charges)),
            ("GPU time", Same(ReadBack.Spent(QuotaTree.Restore(stored), stored.Cohort, now), ReadBack.Spent(anew, stored.Cohort, now))),
            ("settings", Same(stored.Levels.Select(l => l.Spec).ToArray(), read.Levels.Select(l => l.Spec).ToArray())),
            ("the rest", Same(stored with { Charges = [], Levels = [] }, read with { Charges = [], Levels = [] })));
    }

    private static string? DiffersFrom(RackSnapshot stored, IEnumerable<RackEntry> entries)
    {
        var anew = new RackLedger(stored.Spec.Rack);
        foreach (var entry in entries)
        {
            anew.Apply(entry);
        }

        return First(("the ledger", Same(stored, anew.Snapshot())));
    }

    private static string? First(params (string What, bool Holds)[] checks) => checks.FirstOrDefault(c => !c.Holds).What;

    private static bool Same<T>(T a, T b) => RecordCodec.Encode(a).AsSpan().SequenceEqual(RecordCodec.Encode(b));
}
