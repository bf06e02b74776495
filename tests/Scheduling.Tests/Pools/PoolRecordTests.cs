using System.Globalization;
using Scheduling.Pools;
using Scheduling.Replay;
using Scheduling.Tests.Replay;

namespace Scheduling.Tests.Pools;

/// <summary>
/// Journals of random pools, and what the pools said of themselves meanwhile, a line each: see <see cref="Records"/>. What is decided otherwise than it was is a journal that
/// cannot be replayed (I18).
/// </summary>
public sealed class PoolRecordTests
{
    public static TheoryData<string, int> Pools => new(
        from policy in new[] { "default", "fifo", "shares", "alone", "hasty", "narrow" }
        from number in Enumerable.Range(1, policy == "default" ? 8 : 3)
        select (policy, number));

    [Theory]
    [MemberData(nameof(Pools))]
    public void A_pool_decides_and_says_what_it_did_when_it_was_written_down(string policy, int number)
    {
        var pool = new RecordedPool((number * 17) + policy.Length, PolicyOf(policy));
        var said = 0UL;
        for (var step = 0; step < 250; step++)
        {
            pool.Step();
            if (step % 25 == 0)
                said = Records.Sum(said, pool.Said());
        }

        var (entries, sum) = (0, 0UL);
        foreach (var stretch in pool.History)
        {
            foreach (var entry in stretch.Entries)
            {
                entries++;
                foreach (var part in RecordedPool.Codec.Entry(entry))
                    sum = (sum * 1_000_003) ^ part;
            }
        }

        // What came in comes to the same again.
        var again = pool.Replay();
        Assert.True(again is { Verdict: ReplayVerdict.Identical, Skipped: 0 }, $"{again.First}{again.WhySkipped}");
        Records.Check("Pools", $"{policy} {number}", string.Create(
            CultureInfo.InvariantCulture, $"{entries} entries, {pool.CountOf(PoolEntryKind.Planned)} plans, {pool.CountOf(PoolEntryKind.ClaimMade)} promises, {sum:x16}, said {said:x16}"));
    }

    private static PoolPolicy PolicyOf(string name)
    {
        var policy = new PoolPolicy { MinRuntime = TimeSpan.FromSeconds(30) };
        return name switch
        {
            "fifo" => policy with { Order = "fifo-skip" },
            "shares" => policy with { TakeTurns = false, ShareHalfLife = TimeSpan.FromMinutes(20) },
            "alone" => policy with { Preemption = false, ReserveAfter = TimeSpan.FromSeconds(5) },
            "hasty" => policy with { AgeingPeriod = TimeSpan.FromMinutes(4), AgeingStep = 60, MaxAgeing = 120, EvictionTimeout = TimeSpan.FromMinutes(1), ReserveAfter = TimeSpan.FromSeconds(1), BackfillSafety = TimeSpan.Zero },
            "narrow" => policy with { MaxClaims = 2, MaxReservations = 1, ClaimTries = 1, ClaimRetry = TimeSpan.FromMinutes(1), Limits = policy.Limits with { MaxEvictions = 1, MaxEvictionsCaused = 2 } },
            _ => policy,
        };
    }
}
