using System.Collections.Immutable;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>A run over what was recorded gives what was recorded.</summary>
public sealed class RecordedRunTests
{
    private static readonly WhatIfOptions Exact = new() { Checks = true };

    private static RecordedPool Crowded(bool quotas = true, PoolPolicy? policy = null)
    {
        var pool = new RecordedPool([Specs.Rack("r1", nodes: 6), Specs.Rack("r2", nodes: 6)], policy);
        if (quotas)
        {
            pool.Set("c", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 96_000)] });
            pool.Set("c/owner", new QuotaSpec { Nominal = [new ResourceAmount("gpu", 48_000)] });
            pool.Set("c/capped", new QuotaSpec { Limit = [new ResourceAmount("gpu", 24_000)] });
        }

        return pool;
    }

    /// <summary>Jobs of three teams, of every size, some urgent, more of them than there is room for.</summary>
    private static void Storm(RecordedPool pool, Random random, string stem, int seconds)
    {
        string[] teams = ["owner", "capped", "free"];
        for (int second = 0, job = 0; second < seconds; second++)
        {
            pool.Second(() =>
            {
                while (random.Next(25) == 0)
                {
                    var team = teams[random.Next(teams.Length)];
                    var spec = Specs.Job(workers: random.Next(1, 4), gpus: random.Next(3) == 0 ? random.Next(1, 8) : 8, priority: random.Next(6) == 0 ? 500 : 0, tenant: team);
                    pool.Submit($"{stem}{job++:D4}", spec, random.Next(20, 900));
                }
            });
        }
    }

    private static WhatIfRun Run(WhatIfStart start, WhatIfPast past, WhatIfOptions? options = null)
    {
        var run = new WhatIfRun(WhatIfScenario.Of(start), past, options ?? Exact, past.Until);
        while (run.Step(1000))
        {
        }

        return run;
    }

    private static Dictionary<JobId, DateTimeOffset> StartsOf(WhatIfRun run) =>
        run.Jobs.Where(f => f.StartedAt is not null).ToDictionary(f => f.First.Job, f => f.StartedAt!.Value);

    /// <summary>The first few, in the order in which they were to happen.</summary>
    private static string Differences(Dictionary<JobId, DateTimeOffset> expected, Dictionary<JobId, DateTimeOffset> actual)
    {
        var differ = expected.Keys.Union(actual.Keys).Where(j => !expected.TryGetValue(j, out var e) || !actual.TryGetValue(j, out var a) || a != e)
            .OrderBy(j => expected.GetValueOrDefault(j, actual.GetValueOrDefault(j))).ThenBy(j => j).ToList();
        return string.Join("; ", differ.Take(5).Select(j => $"{j}: {expected.GetValueOrDefault(j):T}, but {actual.GetValueOrDefault(j):T}")) + (differ.Count > 5 ? $" and {differ.Count - 5} more" : "");
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, false)]
    public void Every_job_starts_and_ends_to_the_second_when_it_did_and_as_many_are_evicted(int seed, bool quotas)
    {
        var pool = Crowded(quotas);
        Storm(pool, new Random(seed), "j", 5400);
        var run = Run(pool.Start(), PastReader.Read(null, [.. pool.Entries]));

        Assert.InRange(pool.Starts.Count, 50, 1000);
        Assert.True(pool.Evictions > 0, "nobody was evicted: the storm is too mild to show anything");
        Assert.Equal("", Differences(pool.Starts, StartsOf(run)));
        Assert.Equal("", Differences(pool.Ends, run.Jobs.Where(f => f.EndedAt is not null).ToDictionary(f => f.First.Job, f => f.EndedAt!.Value)));
        Assert.Equal(pool.Evictions, run.Jobs.Sum(f => f.Evictions));
    }

    [Fact]
    public void A_run_that_takes_over_in_the_middle_goes_on_as_the_pool_did()
    {
        // When somebody was last looked at for a promise is not stored, so without promises: then all that decides is.
        var pool = Crowded(policy: new PoolPolicy { Preemption = false, MaxReservations = 0 });
        Storm(pool, new Random(9), "a", 1800);
        var snapshot = pool.Snapshot();
        var known = pool.Starts.Keys.ToHashSet();
        pool.Cut();
        Storm(pool, new Random(10), "b", 1800);
        var run = Run(pool.Start(snapshot), PastReader.Read(snapshot, [.. pool.Entries]));

        var expected = pool.Starts.Where(s => !known.Contains(s.Key)).ToDictionary();
        Assert.InRange(expected.Count, 20, 1000);
        Assert.Equal("", Differences(expected, StartsOf(run)));
    }

    [Fact]
    public void Taken_over_in_the_middle_of_promises_it_comes_to_about_the_same_waits_and_goodput()
    {
        var pool = Crowded();
        Storm(pool, new Random(9), "a", 1800);
        var snapshot = pool.Snapshot();
        pool.Cut();
        Storm(pool, new Random(10), "b", 3600);
        var past = PastReader.Read(snapshot, [.. pool.Entries]);
        var waits = snapshot.Attempts.Where(a => a is { Stage: AttemptStage.Queued, Attempt.Number: 1 }).Select(a => (a.Attempt.Job, a.SubmittedAt))
            .Concat(past.Arrivals.Select(a => (a.Attempt.Job, a.SubmittedAt)))
            .Select(j => ((pool.Starts.TryGetValue(j.Job, out var at) ? at : past.Until) - j.SubmittedAt).TotalSeconds).ToList();

        var report = Ask.Report(pool.Start(snapshot), past, []);

        Assert.Equal(waits.Count, report.Before.Jobs);
        Assert.InRange(report.Before.Waits.Mean, 0.9 * waits.Average(), 1.1 * waits.Average());
    }

    /// <summary>Of one pool the two may be further apart, either way: who comes first once is another story from there on.</summary>
    [Fact]
    public void Charged_at_once_about_as_many_jobs_start_and_they_wait_about_as_long()
    {
        double starts = 0, exactStarts = 0, waits = 0, exactWaits = 0;
        for (var seed = 1; seed <= 6; seed++)
        {
            var pool = Crowded(quotas: true);
            Storm(pool, new Random(seed), "j", 5400);
            var past = PastReader.Read(null, [.. pool.Entries]);
            var (exact, fast) = (Run(pool.Start(), past), Run(pool.Start(), past, Exact with { ChargesAtOnce = true, Checks = true }));
            (starts, exactStarts) = (starts + StartsOf(fast).Count, exactStarts + StartsOf(exact).Count);
            (waits, exactWaits) = (waits + Waits(fast, past), exactWaits + Waits(exact, past));
        }

        Assert.InRange(starts, 0.95 * exactStarts, 1.05 * exactStarts);
        Assert.InRange(waits, 0.95 * exactWaits, 1.05 * exactWaits);

        static double Waits(WhatIfRun run, WhatIfPast past)
        {
            var at = StartsOf(run);
            return past.Arrivals.Average(a => ((at.TryGetValue(a.Attempt.Job, out var start) ? start : past.Until) - a.SubmittedAt).TotalSeconds);
        }
    }

    [Fact]
    public void The_same_question_gets_the_same_answer()
    {
        var pool = Crowded();
        Storm(pool, new Random(21), "j", 3600);
        var past = PastReader.Read(null, [.. pool.Entries]);
        ImmutableArray<WhatIfChange> changes = [new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/owner"), Percent = -50 }, new WhatIfChange.AddNodes { Count = 2 }];

        var first = Ask.Report(pool.Start(), past, changes);
        var second = Ask.Report(pool.Start(), past, changes, slice: 1);

        Assert.True(first.JobsChanged > 0);
        Assert.Equal(Ask.Text(first), Ask.Text(second));
    }

    [Fact]
    public void Without_changes_nothing_differs()
    {
        var pool = Crowded();
        Storm(pool, new Random(22), "j", 1800);
        var report = Ask.Report(pool.Start(), PastReader.Read(null, [.. pool.Entries]), []);

        Assert.Equal(report.Before, report.After);
        Assert.Equal(0, report.JobsChanged);
        Assert.All(report.Teams, t => Assert.Equal(t.Before, t.After));
    }
}
