using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Tests.Support;
using Grains.WhatIf;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;
using Scheduling.WhatIf;

namespace Grains.Tests.WhatIf;

/// <summary>Questions to real grains on virtual time, and then what really happens.</summary>
public sealed class WhatIfGrainTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private static readonly Caller Blue = new() { Tenant = new TenantId("blue"), User = "u", Roles = CallerRoles.Submitter };
    private readonly GrainHost _host = new(withPools: true);

    public WhatIfGrainTests()
    {
        var nodes = Enumerable.Range(0, 4).Select(n => new NodeSpec { Name = new NodeId($"n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" });
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => _host.Grain<IRackGrain>("p/r").Offer(new RackSpec { Rack = new RackId("p/r"), Block = "b", Nodes = [.. nodes] }));
        _host.Wait(1);
    }

    public void Dispose() => _host.Dispose();

    private static JobSpec Spec(string name, string team, int nodes, int priority = 0, int seconds = 300) => new()
    {
        Name = name, Tenant = new TenantId(team), User = "u", Quota = new QuotaPath($"c/{team}/u"), Pool = new PoolId("p"), Priority = priority, RunFor = TimeSpan.FromSeconds(seconds),
        Roles = [new RoleSpec { Name = "worker", Count = nodes, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
    };

    private void Submit(string id, JobSpec spec) =>
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>(id).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = id })).Answer.IsDone);

    private JobView View(string id) => _host.Ask(() => _host.Grain<IJobGrain>(id).Get(Admin))!;

    private WhatIfAnswer Ask(AskWhatIf question) => _host.Ask(() => _host.Grain<IWhatIfGrain>(IWhatIfGrain.Key).Ask(question));

    private WhatIfReport Report(Caller caller, params WhatIfChange[] changes)
    {
        var answer = Ask(new AskWhatIf { Caller = caller, Pool = new PoolId("p"), Changes = [.. changes], Horizon = TimeSpan.FromHours(1) });
        Assert.Equal(Outcome.Done, answer.Outcome);
        return answer.Report!;
    }

    /// <summary>A second at a time: workers start, end after their time, and stop when they are told to.</summary>
    private void Run(int seconds)
    {
        for (var i = 0; i < seconds; i++)
        {
            foreach (var item in _host.Ask(() => _host.Grain<IPoolGrain>("p").ListAssignments(null, 100)).Items)
            {
                var started = View(item.Attempt.Job.Value).StartedAt;
                var report = item.Wish == AssignmentWish.Stop ? new AttemptReport { Attempt = item.Attempt.Number, Gone = true }
                    : started is { } at && _host.Now - at >= item.Spec.RunFor ? new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true, AllSucceeded = true, Gone = true }
                    : new AttemptReport { Attempt = item.Attempt.Number, AllStarted = true };
                _host.Do(() => _host.Grain<IJobGrain>(item.Attempt.Job.Value).Report(report));
            }

            _host.Wait(1);
        }
    }

    [Fact]
    public void A_job_starts_when_the_answer_said_it_would()
    {
        Submit("a", Spec("a", "red", nodes: 3, seconds: 120));
        Submit("b", Spec("b", "red", nodes: 1, seconds: 400));
        Run(5);
        Submit("c", Spec("c", "red", nodes: 2, seconds: 60));
        Run(5);
        var spec = Spec("mine", "blue", nodes: 3, seconds: 30);
        var job = Assert.Single(Report(Blue, new WhatIfChange.SubmitJob { Spec = spec }).NewJobs);

        Submit("mine", spec);
        Run(500);

        var started = View("mine").StartedAt ?? throw new InvalidOperationException($"it is {View("mine").Phase}");
        Assert.InRange((job.StartsAt!.Value - started).Duration(), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        Assert.Equal(JobPhase.Succeeded, View("mine").Phase);
    }

    [Fact]
    public void Who_makes_room_is_who_the_answer_named_and_others_learn_no_names()
    {
        // The smaller one costs less to stop.
        Submit("a", Spec("a", "red", nodes: 3, seconds: 3000));
        Submit("b", Spec("b", "red", nodes: 1, seconds: 3000));
        Run(400);
        var spec = Spec("urgent", "blue", nodes: 1, priority: 900, seconds: 30);
        var seen = Assert.Single(Report(Admin, new WhatIfChange.SubmitJob { Spec = spec }).NewJobs);
        var hidden = Report(Blue, new WhatIfChange.SubmitJob { Spec = spec });

        Submit("urgent", spec);
        Run(20);

        Assert.Equal(new[] { "a", "b" }.Where(j => View(j).Attempt == 2), seen.Evicts.Select(e => e.Job.Value));
        Assert.Equal(3, View("a").Attempt + View("b").Attempt);
        var own = Assert.Single(hidden.NewJobs);
        Assert.Equal((seen.StartsAt!.Value - own.StartsAt!.Value).Duration() < TimeSpan.FromSeconds(2), own.Evicts.IsEmpty && own.EvictedCount == 1);
        Assert.Equal((0, 0, 0, 0d), (hidden.Teams.Length, hidden.Jobs.Length, hidden.Before.Jobs, hidden.Before.CapacityGpuSeconds));
    }

    [Fact]
    public void A_recorded_hour_comes_out_as_it_was()
    {
        for (var i = 0; i < 12; i++)
        {
            Submit($"j{i:D2}", Spec($"j{i}", i % 2 == 0 ? "red" : "blue", nodes: 1 + (i % 3), seconds: 60 + (10 * i)));
            Run(20);
        }

        Run(900);
        var views = Enumerable.Range(0, 12).Select(i => View($"j{i:D2}")).ToList();
        var waits = views.Average(v => (v.StartedAt!.Value - v.SubmittedAt).TotalSeconds);
        var answer = Ask(new AskWhatIf { Caller = Admin, Pool = new PoolId("p"), Over = TimeSpan.FromHours(1), Changes = [new WhatIfChange.AddNodes { Count = 4 }] });

        var report = answer.Report!;
        Assert.Equal((12, 12, 0), (report.Before.Jobs, report.Before.Started, report.Before.Evictions));
        // An end is heard up to a second late in the pool, and one job waits for the other.
        Assert.InRange(report.Before.Waits.Mean, 0.95 * waits, 1.05 * waits);
        Assert.True(report.After.Waits.Mean < report.Before.Waits.Mean / 2, $"{report.Before.Waits.Mean} → {report.After.Waits.Mean}");
    }

    [Fact]
    public void Nothing_of_the_pool_or_the_trees_changes_by_asking()
    {
        _host.Ask(() => _host.Grain<IQuotaGrain>("c").SetQuota(Admin, new QuotaPath("c/red"), new QuotaSpec { Limit = [new ResourceAmount("gpu", 16_000)] }, 0));
        Submit("a", Spec("a", "red", nodes: 2));
        Submit("b", Spec("b", "red", nodes: 1));
        Run(5);
        var before = (_host.Journals.Position("pool/p"), _host.Journals.Position("quota/c"));

        var report = Report(Admin, new WhatIfChange.QuotaPercent { Path = new QuotaPath("c/red"), Percent = 50 });

        Assert.Equal(before, (_host.Journals.Position("pool/p"), _host.Journals.Position("quota/c")));
        Assert.Equal(16_000, _host.Ask(() => _host.Grain<IQuotaGrain>("c").GetTree(Admin, new QuotaPath("c/red")))!.Levels[0].Spec.Limit[0].Amount);
        Assert.Equal("b", Assert.Single(report.Jobs).Job.Value);
    }

    [Fact]
    public void Others_may_not_ask_about_more_than_a_job_of_their_own()
    {
        AskWhatIf[] questions =
        [
            new() { Caller = Blue, Pool = new PoolId("p") },
            new() { Caller = Blue, Pool = new PoolId("p"), Changes = [new WhatIfChange.AddNodes { Count = 1 }] },
            new() { Caller = Blue, Pool = new PoolId("p"), Changes = [new WhatIfChange.SubmitJob { Spec = Spec("x", "red", 1) }] },
            new() { Caller = Blue, Pool = new PoolId("p"), Changes = [new WhatIfChange.SubmitJob { Spec = Spec("x", "blue", 1) }, new WhatIfChange.AddNodes { Count = 1 }] },
            new() { Caller = Blue, Pool = new PoolId("p"), Changes = [new WhatIfChange.SubmitJob { Spec = Spec("x", "blue", 1) }], Over = TimeSpan.FromHours(1) },
            new() { Caller = Blue with { Roles = CallerRoles.Reader }, Pool = new PoolId("p"), Changes = [new WhatIfChange.SubmitJob { Spec = Spec("x", "blue", 1) }] },
        ];

        Assert.All(questions, q => Assert.Equal(Outcome.Forbidden, Ask(q).Outcome));
    }

    [Fact]
    public void What_cannot_be_asked_is_said_by_change_and_member()
    {
        var answer = Ask(new AskWhatIf { Caller = Admin, Pool = new PoolId("p"), Changes = [new WhatIfChange.AddNodes { Count = 1 }, new WhatIfChange.TakeNodes { Names = ["x"] }] });
        var problem = Assert.Single(answer.Problems);

        Assert.Equal((Outcome.Invalid, 1, "Names"), (answer.Outcome, problem.Change, problem.Member));
        Assert.Equal(Outcome.Invalid, Ask(new AskWhatIf { Caller = Admin, Pool = new PoolId("p"), Horizon = TimeSpan.FromDays(400) }).Outcome);
    }
}
