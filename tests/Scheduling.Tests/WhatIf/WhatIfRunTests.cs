using Scheduling.Model;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>What a run does where the past and the pool do not fit together in the plainest way.</summary>
public sealed class WhatIfRunTests
{
    private static readonly WhatIfStart Start = new() { Pool = new PoolId("p"), At = Specs.Start, Racks = [Specs.Rack("r", nodes: 1)] };

    private static DateTimeOffset At(int seconds) => Specs.Start.AddSeconds(seconds);

    private static WhatIfArrival Arrival(string job, int at, int seconds, int number = 1, int? leaves = null) => new()
    {
        Attempt = Specs.Attempt(job, number),
        Spec = Specs.Job(),
        SubmittedAt = At(at),
        At = At(at),
        Runs = new WhatIfRuns(TimeSpan.FromSeconds(seconds), default),
        LeavesAt = leaves is { } l ? At(l) : null,
    };

    /// <summary>When each started and ended, in seconds.</summary>
    private static List<(string Job, double? Started, double? Ended)> Run(params WhatIfArrival[] arrivals)
    {
        var past = new WhatIfPast { From = Start.At, Until = At(3_600), Arrivals = [.. arrivals] };
        var run = new WhatIfRun(WhatIfScenario.Of(Start), past, new WhatIfOptions { Checks = true }, past.Until);
        while (run.Step(10))
        {
        }

        return [.. run.Jobs.Select(j => (j.First.Job.Value, Seconds(j.StartedAt), Seconds(j.EndedAt)))];

        static double? Seconds(DateTimeOffset? at) => at is { } then ? (then - Specs.Start).TotalSeconds : null;
    }

    [Fact]
    public void A_job_that_comes_again_while_it_still_runs_has_the_more_to_do() =>
        Assert.Equal([("a", 10.0, 170.0), ("b", 170, 180)], Run(Arrival("a", 10, 100), Arrival("b", 20, 10), Arrival("a", 60, 60, number: 2)));

    [Fact]
    public void A_job_that_its_owner_took_back_while_it_waited_never_starts_and_one_that_runs_runs_on() =>
        Assert.Equal([("a", 10.0, 110.0), ("b", null, 50), ("c", 110, 130)], Run(Arrival("a", 10, 100, leaves: 40), Arrival("b", 20, 10, leaves: 50), Arrival("c", 30, 20)));

    [Fact]
    public void A_pool_without_quota_trees_runs_as_if_everybody_might_have_everything()
    {
        var pool = new RecordedPool([Specs.Rack("r1", nodes: 1)]);
        foreach (var job in new[] { "a", "b" })
            pool.Second(() => pool.Submit(job, Specs.Job() with { RunFor = TimeSpan.FromSeconds(100) }, 100));
        var start = pool.Start(pool.Snapshot()) with { At = pool.Now };
        var (with, without) = (Ask.Report(start, null, [], TimeSpan.FromHours(1)), Ask.Report(start with { Trees = [] }, null, [], TimeSpan.FromHours(1)));
        Assert.Equal((2, 1), (without.Before.Ended, without.Before.Started));
        Assert.Equal(Ask.Text(with), Ask.Text(without));
    }

    [Fact]
    public void A_new_job_that_its_deadline_turned_away_says_that()
    {
        var spec = Specs.Job(workers: 2) with { Deadline = At(60), RunFor = TimeSpan.FromSeconds(10) };
        var job = Assert.Single(Ask.Report(Start, null, [new WhatIfChange.SubmitJob { Spec = spec }], TimeSpan.FromHours(1)).NewJobs);
        Assert.Null(job.StartsAt);
        Assert.Contains("deadline", job.WaitsFor, StringComparison.OrdinalIgnoreCase);
    }
}
