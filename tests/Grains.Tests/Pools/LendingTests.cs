using System.Collections.Immutable;
using Grains.Clusters;
using Grains.Jobs;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Tests.Support;
using Scheduling.Explain;
using Scheduling.Jobs;
using Scheduling.Model;
using Scheduling.Quotas;

namespace Grains.Tests.Pools;

/// <summary>Pool, quota, racks and jobs together: lent, borrowed, called back, with the handshake of the jobs that make room.</summary>
public sealed class LendingTests : IDisposable
{
    private static readonly Caller Admin = new() { Tenant = null, User = "root", Roles = CallerRoles.Admin };
    private readonly GrainHost _host = new(withPools: true);

    public LendingTests()
    {
        var nodes = Enumerable.Range(0, 4).Select(n => new NodeSpec { Name = new NodeId($"n{n}"), CpuMilli = 96_000, MemoryMiB = 800_000, Gpus = 8, GpuModel = "A" });
        _host.Do(() => _host.Grain<IDirectoryGrain>(IDirectoryGrain.Key).AddPool(new PoolId("p")));
        _host.Do(() => _host.Grain<IRackGrain>("p/r").Offer(new RackSpec { Rack = new RackId("p/r"), Block = "b", Nodes = [.. nodes] }));
    }

    private IPoolGrain Pool => _host.Grain<IPoolGrain>("p");

    private IQuotaGrain Tree => _host.Grain<IQuotaGrain>("c");

    public void Dispose() => _host.Dispose();

    private void Owe(string path, int gpus, Func<QuotaSpec, QuotaSpec>? change = null)
    {
        var spec = new QuotaSpec { Nominal = gpus == 0 ? [] : [new ResourceAmount("gpu", gpus * 1000L)] };
        var version = _host.Ask(() => Tree.GetTree(Admin, new QuotaPath("c")))?.Version ?? 0;
        Assert.True(_host.Ask(() => Tree.SetQuota(Admin, new QuotaPath(path), change?.Invoke(spec) ?? spec, version)).IsDone);
    }

    private void Submit(string id, string team, int nodes = 1, int priority = 0)
    {
        var spec = new JobSpec
        {
            Name = id, Tenant = new TenantId(team), User = "u", Quota = new QuotaPath($"c/{team}"), Pool = new PoolId("p"), Priority = priority,
            Checkpoint = priority > 0 ? null : new CheckpointRule { Grace = TimeSpan.FromSeconds(30) },
            Roles = [new RoleSpec { Name = "worker", Count = nodes, Shape = new WorkerShape { CpuMilli = 1000, MemoryMiB = 1000, Gpus = 8 } }],
        };
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>(id).Submit(new SubmitJob { Caller = Admin, Spec = spec, BodyHash = id })).Answer.IsDone);
        _host.Wait(1);
    }

    private JobView View(string id) => _host.Ask(() => _host.Grain<IJobGrain>(id).Get(Admin))!;

    private JobExplanation Why(string id) => _host.Ask(() => Pool.Explain(Admin, new JobId(id)))!;

    private ImmutableArray<string> Charged() => [.. _host.Ask(() => Tree.GetCharges()).Select(c => c.Attempt.Job.Value).Order()];

    /// <summary>What runs the workers: starts all, saves and stops those that are to go. Answers who was asked to save.</summary>
    private List<string> Backend()
    {
        List<string> saving = [];
        foreach (var item in _host.Ask(() => Pool.ListAssignments(null, 100)).Items)
        {
            var attempt = item.Attempt.Number;
            var report = item.Wish switch
            {
                AssignmentWish.Stop => new AttemptReport { Attempt = attempt, Gone = true },
                AssignmentWish.Checkpoint => new AttemptReport { Attempt = attempt, AllStarted = true, CheckpointedAt = _host.Now },
                _ => new AttemptReport { Attempt = attempt, AllStarted = true },
            };
            if (item.Wish == AssignmentWish.Checkpoint)
            {
                saving.Add(item.Attempt.Job.Value);
            }

            _host.Do(() => _host.Grain<IJobGrain>(item.Attempt.Job.Value).Report(report));
        }

        return saving;
    }

    private HashSet<string> RunBackend(int seconds)
    {
        HashSet<string> saving = [];
        for (var i = 0; i < seconds; i++)
        {
            saving.UnionWith(Backend());
            _host.Wait(1);
        }

        return saving;
    }

    [Fact]
    public void What_was_lent_comes_back_to_its_owner_and_the_borrower_waits_instead_kueue_13797()
    {
        Owe("c", 24);
        Owe("c/owner", 16);
        Submit("b1", "beggars");
        Submit("b2", "beggars");
        Submit("b3", "beggars");
        RunBackend(3);
        Assert.All(new[] { "b1", "b2", "b3" }, b => Assert.Equal(JobPhase.Running, View(b).Phase));
        _host.Wait(600);

        // A node is idle; what is missing is quota.
        Submit("owner", "owner", nodes: 2);
        var saving = RunBackend(60);
        Assert.Equal(JobPhase.Running, View("owner").Phase);
        Assert.Equal(2, saving.Count);
        Assert.All(saving, s => Assert.Equal((JobPhase.Pending, 2), (View(s).Phase, View(s).Attempt)));

        // They are back in the queue, and evict nobody in turn.
        var running = View("owner").Attempt;
        Assert.Empty(RunBackend(120));
        Assert.Equal((JobPhase.Running, running), (View("owner").Phase, View("owner").Attempt));
        Assert.Equal(2, Charged().Length);
    }

    [Fact]
    public void An_owner_that_is_cancelled_leaves_the_borrowers_alone()
    {
        Owe("c", 24);
        Owe("c/owner", 24);
        Submit("b1", "beggars", nodes: 3);
        RunBackend(2);
        Submit("owner", "owner");
        Assert.NotNull(Why("owner").Quota);

        // It ran too short to be asked; meanwhile nobody else gets what it gives back.
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>("owner").Cancel(Admin, "changed my mind")).IsDone);
        RunBackend(2);
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>("b1").Cancel(Admin, "done")).IsDone);
        Submit("b2", "beggars", nodes: 3);
        RunBackend(5);
        Assert.Equal(JobPhase.Running, View("b2").Phase);
    }

    [Fact]
    public void Nobody_leaves_for_a_job_that_its_quota_would_not_let_start_kueue_3779()
    {
        Owe("c/rich", 0, s => s with { Limit = [new ResourceAmount("gpu", 8000)] });
        Submit("own", "rich", priority: 900);
        Submit("low", "poor", nodes: 3);
        RunBackend(3);
        _host.Wait(600);
        Submit("urgent", "rich", priority: 900);
        Assert.Empty(RunBackend(60));
        Assert.Equal(1, View("low").Attempt);
        Assert.Equal(JobPhase.Pending, View("urgent").Phase);
    }

    [Fact]
    public void What_a_job_used_is_to_be_had_as_soon_as_it_ended_and_not_at_some_other_event_kueue_13687()
    {
        Owe("c/t", 0, s => s with { Limit = [new ResourceAmount("gpu", 8000)] });
        Submit("first", "t");
        Submit("second", "t");
        RunBackend(2);
        Assert.Equal(["first"], Charged());
        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>("first").Cancel(Admin, "enough")).IsDone);
        RunBackend(4);
        Assert.Equal(["second"], Charged());
        Assert.Equal(JobPhase.Running, View("second").Phase);
    }

    [Fact]
    public void New_weights_are_known_to_the_pool_with_its_next_question()
    {
        Submit("filler", "x", nodes: 4);
        RunBackend(2);
        Owe("c/b", 0, s => s with { Weight = 3 });
        for (var i = 0; i < 6; i++)
        {
            Submit($"a{i}", "a");
            Submit($"b{i}", "b");
        }

        Assert.True(_host.Ask(() => _host.Grain<IJobGrain>("filler").Cancel(Admin, "enough")).IsDone);
        RunBackend(5);
        Assert.Equal(3, Charged().Count(j => j.StartsWith('b')));
    }
}
