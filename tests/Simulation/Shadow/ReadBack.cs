using Grains.Storage;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Racks;
using Silo.Storage.Memory;

namespace Simulation.Shadow;

/// <summary>
/// I18: what a grain has in memory is what its journal gives when it is read back, by the production code and by the twins. Looked at when
/// nothing is under way: but what quota refuses is planned again now and then, and memory is ahead of the journal while that is being written, so what
/// differs is looked at again. What differs for good differs again.
/// </summary>
internal sealed class ReadBack(InMemoryMedium medium, Shadows shadows, TimeProvider time)
{
    private const int MaxLooks = 20;
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(37);

    /// <summary>Where GPU time went is saved every minute, on a timer of five seconds; the rest is for slow writes and for activations that follow each other.</summary>
    private static readonly TimeSpan LedgerIsSavedWithin = TimeSpan.FromSeconds(75);

    private readonly InMemoryJournalStore _store = new(medium, TimeProvider.System);

    /// <param name="rack">Which.</param>
    /// <param name="look">Asks it.</param>
    public Task<IReadOnlyList<string>> Rack(RackId rack, Func<Task<RackView?>> look) => OfOneMoment(async () =>
    {
        var live = (await look())!;
        var ledger = new RackLedger(rack);
        await JournalWriter<RackEntry, RackSnapshot>.OpenAsync(_store, $"rack/{rack.Value}", s => ledger = RackLedger.Restore(s), e => ledger.Apply(e));
        var twin = shadows.RackOf(rack).Allocations;
        return
        [
            .. Differ($"rack {rack}", ledger.View(), live),
            .. twin.Count == live.Allocations.Length && live.Allocations.All(a => twin.TryGetValue(a.Attempt, out var t) && t.Plan == a.Plan && t.Committed == a.Committed)
                ? Array.Empty<string>()
                : [$"I18: rack {rack} has {live.Allocations.Length} allocations, and its twin has {twin.Count}, or others"],
        ];
    });

    /// <summary>
    /// How far GPU time was counted depends on who looked last; what it comes to now, level by level, does not. It does where clocks jump: what is counted up to a
    /// time that is too late is not counted again by the time that the next entry says.
    /// </summary>
    public Task<IReadOnlyList<string>> Quota(Func<QuotaTree> look, string cohort, bool clocksJump) => OfOneMoment(async () =>
    {
        var (live, tree) = (look(), new QuotaTree(cohort));
        await JournalWriter<QuotaEntry, QuotaSnapshot>.OpenAsync(_store, $"quota/{cohort}", s => tree = QuotaTree.Restore(s), e => tree.Apply(e));
        var twin = shadows.Quota.Charges;
        var now = time.GetUtcNow();
        return
        [
            .. Differ($"quota {cohort}", Stored(tree), Stored(live)),
            .. clocksJump ? [] : Differ($"GPU time of quota {cohort}", Spent(tree, cohort, now), Spent(live, cohort, now)),
            .. twin.Count == live.Charges.Count && live.Charges.All(c => twin.TryGetValue(c.Attempt, out var t) && t.Plan == c.Plan)
                ? Array.Empty<string>()
                : [$"I18: quota {cohort} has {live.Charges.Count} charges, and its twin has {twin.Count}, or others"],
        ];
    });

    /// <summary>
    /// The pool's picture of racks is derived, and its sums go on with time: it is attempts and promises that are compared. Of the sums of GPU time it is how old
    /// those are that a crash would leave (I17); not where clocks jump, for they may have been saved by a clock that was ahead or behind.
    /// </summary>
    public Task<IReadOnlyList<string>> Pool(Func<PoolMachine> look, bool clocksJump) => OfOneMoment(async () =>
    {
        var live = look();
        var machine = new PoolMachine(live.Pool, live.Limits, live.Policy);
        await JournalWriter<PoolEntry, PoolSnapshot>.OpenAsync(_store, $"pool/{live.Pool.Value}", machine.Restore, machine.Replay);
        var unsaved = time.GetUtcNow() - (machine.Ledger?.At ?? DateTimeOffset.MinValue);
        return
        [
            .. Differ($"pool {live.Pool}", Stored(machine), Stored(live)),
            .. clocksJump || unsaved <= LedgerIsSavedWithin
                ? Array.Empty<string>()
                : [$"I17: where the GPU time of pool {live.Pool} went was {(machine.Ledger is null ? "never saved" : $"saved {unsaved.TotalSeconds:F0} s ago")}"],
        ];
    });

    /// <summary>What each level has spent by then, ever and of its budget. What is kept for owners is not stored.</summary>
    public static QuotaTreeView Spent(QuotaTree tree, string cohort, DateTimeOffset now)
    {
        var view = tree.View(new QuotaPath(cohort), _ => true, now)!;
        return view with { Levels = [.. view.Levels.Select(l => l with { Kept = [] })] };
    }

    private async Task<IReadOnlyList<string>> OfOneMoment(Func<Task<IReadOnlyList<string>>> compare)
    {
        var found = await compare();
        for (var look = 1; found.Count > 0 && look < MaxLooks; look++)
        {
            await Task.Delay(BetweenLooks, time);
            found = await compare();
        }

        return found;
    }

    private static QuotaSnapshot Stored(QuotaTree tree)
    {
        var all = tree.Snapshot();
        return all with { Levels = [.. all.Levels.Select(l => l with { Clock = null })] };
    }

    private static PoolSnapshot Stored(PoolMachine machine)
    {
        var all = machine.ToSnapshot();
        return new PoolSnapshot
        {
            Epoch = all.Epoch, LastPlan = all.LastPlan, Racks = all.Racks, Claims = all.Claims, Levels = all.Levels,
            Attempts = [.. all.Attempts.OrderBy(a => a.Attempt.Job).ThenBy(a => a.Attempt.Number)],
        };
    }

    private static IEnumerable<string> Differ<T>(string what, T read, T held)
    {
        var (a, b) = (RecordCodec.Encode(read), RecordCodec.Encode(held));
        if (a.AsSpan().SequenceEqual(b))
        {
            return [];
        }

        var at = a.AsSpan().CommonPrefixLength(b);
        return [$"I18: {what}, read back, differs from what is in memory at byte {at}: …{Around(a, at)}… and …{Around(b, at)}…"];
    }

    private static string Around(byte[] bytes, int at) => System.Text.Encoding.UTF8.GetString(bytes.AsSpan(Math.Max(0, at - 60)..Math.Min(bytes.Length, at + 60)));
}
