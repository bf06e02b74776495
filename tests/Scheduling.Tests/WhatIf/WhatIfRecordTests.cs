using System.Collections.Immutable;
using System.Globalization;
using Scheduling.Model;
using Scheduling.Pools;
using Scheduling.Quotas;
using Scheduling.Tests.Pools;
using Scheduling.WhatIf;

namespace Scheduling.Tests.WhatIf;

/// <summary>
/// A question that was asked once gets the same answer in a year: whole reports of random pools, a line each (see <see cref="Records"/>). How many events it takes to find
/// an answer is left out.
/// </summary>
public sealed class WhatIfRecordTests
{
    private static readonly PoolId Id = new("p");
    private static readonly TimeSpan Half = TimeSpan.FromMinutes(12);

    public static TheoryData<string, int> Questions => new(
        from kind in new[] { "nothing", "percent", "amounts", "add", "cordon", "remove", "submit", "priority", "order", "all" }
        from number in Enumerable.Range(0, 3)
        select (kind, number));

    [Theory]
    [MemberData(nameof(Questions))]
    public void A_question_gets_the_answer_that_it_got_when_it_was_written_down(string kind, int number)
    {
        var random = new Random((number * 100) + kind.Length + kind[0]);
        var (start, past) = Past(random);
        var options = new WhatIfOptions
        {
            Checks = number == 0, MaxJobs = 3, MaxNames = 2, ReviewPeriod = TimeSpan.FromSeconds(number == 0 ? 5 : 7), RoundSize = number == 1 ? 2 : 256, RunForScale = 2, ChargesAtOnce = number == 2,
            CommitDelay = TimeSpan.FromSeconds(number), StopDelay = TimeSpan.FromSeconds(number * 3), SaveTime = TimeSpan.FromSeconds(1 + (number * 2)),
            ClaimPeriod = number == 2 ? TimeSpan.FromSeconds(9) : null, ClaimRetry = number == 2 ? TimeSpan.FromSeconds(20) : null,
        };
        var sum = 0UL;
        var words = "";
        foreach (var before in new[] { past, null })
        {
            var report = Ask.Report(start, before, Changes(kind, start, random), horizon: 3 * Half, options: options) with { Steps = 0 };
            sum = Records.Sum(sum, Ask.Text(report));
            words += Of(report.Before) + " → " + Of(report.After) + string.Create(CultureInfo.InvariantCulture, $", {report.JobsChanged} changed, {report.Predicted} predicted; ");
        }

        Records.Check("WhatIf", $"{kind} {number}", string.Create(CultureInfo.InvariantCulture, $"{words}{sum:x16}"));
    }

    private static string Of(WhatIfFigures f) => string.Create(
        CultureInfo.InvariantCulture, $"{f.Started}/{f.Jobs} wait {f.Waits.Mean:F1}, {f.Ended} end, {f.Evictions} evictions, goodput {f.Goodput:F4}");

    private static ImmutableArray<WhatIfChange> Changes(string kind, WhatIfStart start, Random random)
    {
        var jobs = start.Snapshot!.Attempts.Where(a => a.Stage == AttemptStage.Queued).Select(a => a.Attempt.Job).ToList();
        ImmutableArray<WhatIfChange> Of(string one) => one switch
        {
            "percent" => [new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/a"), Percent = random.Next(3) switch { 0 => -70, 1 => -30, _ => 60 } }],
            "amounts" => [new WhatIfChange.QuotaAmounts { Path = new QuotaPath("c/b"), Nominal = [Gpus(random.Next(6) * 8)], Limit = [Gpus(40)] }],
            "add" => [new WhatIfChange.AddNodes { Count = random.Next(1, 9), Like = random.Next(2) == 0 ? "s" : null }],
            "cordon" => [new WhatIfChange.TakeNodes { Names = ["r-n0", "s"] }],
            "remove" => [new WhatIfChange.TakeNodes { Names = ["r-n1", "s-n0"], Remove = true }],
            "submit" =>
            [
                new WhatIfChange.SubmitJob { Spec = Specs.Job(random.Next(1, 4), 8, 700, "a", "new"), RunsFor = TimeSpan.FromMinutes(3) },
                new WhatIfChange.SubmitJob { Spec = Specs.Job(20, 8, 0, "b", "new") },
                new WhatIfChange.SubmitJob { Spec = Specs.Job(1, 4, 0, "a", "new") with { RunFor = TimeSpan.FromMinutes(4) } },
            ],
            "priority" => [new WhatIfChange.SetPriority { Job = jobs[random.Next(jobs.Count)], Priority = 600 }],
            "order" => [new WhatIfChange.UsePolicy { Order = "sjf-skip", Placement = "BestFit" }],
            _ => [],
        };
        return kind == "all" ? [.. new[] { "percent", "add", "cordon", "submit", "order" }.SelectMany(one => Of(one))] : Of(kind);
    }

    private static ResourceAmount Gpus(int gpus) => new(ResourceNames.Gpu, gpus * 1000L);

    /// <summary>A pool in the middle of a crowded hour, and what came after.</summary>
    private static (WhatIfStart Start, WhatIfPast Past) Past(Random random)
    {
        var tree = new QuotaTree("c");
        foreach (var (path, spec) in new[]
        {
            ("c", new QuotaSpec { Nominal = [Gpus(48)] }),
            ("c/a", new QuotaSpec { Nominal = [Gpus(24)], Limit = [Gpus(40)], LendingLimit = [Gpus(16)] }),
            ("c/b", new QuotaSpec { Nominal = [Gpus(16)], MaxPerUser = [Gpus(24)] }),
        })
        {
            tree.Apply(Assert.IsType<SpecDecision.Change>(tree.DecideSpec(new QuotaPath(path), spec, tree.Version, Specs.Start)).Entry);
        }

        var start = new WhatIfStart
        {
            Pool = Id, At = Specs.Start, Racks = [Specs.Rack("r", nodes: 4), Specs.Rack("s", nodes: 3)], Trees = [tree.Snapshot()], EarmarkLease = TimeSpan.FromSeconds(40),
            Policy = new PoolPolicy { MinRuntime = TimeSpan.FromSeconds(20) },
        };
        var past = new WhatIfPast
        {
            From = start.At, Until = start.At + (2 * Half), Arrivals = [.. Enumerable.Range(0, 44).Select(i => Arrival(i, start.At.AddSeconds(random.Next(1440)), random)).OrderBy(a => a.At)],
            Racks = [.. new[] { 240, 540, 900, 1_200 }.Select(s => new WhatIfRackSeen(start.At.AddSeconds(s), Specs.Rack("s", nodes: 3, schedulable: (ulong)random.Next(8))))],
        };
        var entries = new List<PoolEntry>();
        var run = new WhatIfRun(WhatIfScenario.Of(start), past, new WhatIfOptions { StopDelay = TimeSpan.FromSeconds(4), SaveTime = TimeSpan.FromSeconds(6) }, past.Until) { Decided = entries.AddRange };
        while (run.Now < start.At + Half && run.Step(1))
        {
        }

        var snapshot = run.Snapshot();
        entries.Clear();
        while (run.Step(100))
        {
        }

        return (start with { At = snapshot.Now, Snapshot = snapshot }, PastReader.Read(snapshot, entries));
    }

    private static WhatIfArrival Arrival(int number, DateTimeOffset at, Random random)
    {
        var spec = Specs.Job(random.Next(1, 4), random.Next(3) == 0 ? random.Next(1, 8) : 8, random.Next(4) * 100, random.Next(2) == 0 ? "a" : "b", $"u{random.Next(3)}") with
        {
            Checkpoint = random.Next(3) switch { 0 => new CheckpointRule { Grace = TimeSpan.FromSeconds(10), Interval = TimeSpan.FromSeconds(45) }, 1 => new CheckpointRule { Grace = TimeSpan.FromSeconds(20) }, _ => null },
            TimeLimit = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(60, 900)) : null,
            Deadline = random.Next(6) == 0 ? at.AddSeconds(random.Next(300, 2000)) : null,
            RunFor = random.Next(3) == 0 ? TimeSpan.FromSeconds(random.Next(60, 600)) : null,
        };
        return new WhatIfArrival
        {
            Attempt = new AttemptId(new JobId($"j{number:D2}"), 1), Spec = spec, SubmittedAt = at.AddSeconds(-random.Next(5)), At = at,
            Runs = random.Next(4) == 0 ? new WhatIfRuns(null, TimeSpan.FromSeconds(random.Next(30))) : new WhatIfRuns(TimeSpan.FromSeconds(random.Next(20, 700)), default),
            LeavesAt = random.Next(8) == 0 ? at.AddSeconds(random.Next(400)) : null,
        };
    }
}
