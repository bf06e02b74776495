using Grains.Nodes;
using Grains.Racks;
using Grains.Tests.Racks;
using Grains.Tests.Support;
using Scheduling.Model;
using Scheduling.Nodes;

namespace Grains.Tests.Nodes;

/// <summary>One node of a real rack; jobs and pool scripted.</summary>
internal sealed class NodeFixture : IDisposable
{
    public static readonly Caller Operator = new() { Tenant = null, User = "ann", Roles = CallerRoles.Operator };
    public static readonly Caller Tenant = new() { Tenant = new TenantId("red"), User = "eve", Roles = CallerRoles.Submitter };

    /// <summary>Attempts that were asked to leave: "job/attempt reason".</summary>
    public List<string> Evicted { get; } = [];

    /// <summary>What jobs were told that they lost: "job/attempt node". In <see cref="Evicted"/> too.</summary>
    public List<string> Lost { get; } = [];

    public NodeFixture()
    {
        Host = new GrainHost();
        Host.Peers.On("IPoolGrain.RackChanged", (_, _) => null);
        Host.Peers.On("IJobGrain.Fence", (_, _) => new Grains.Jobs.FenceAnswer { Committed = true });
        Host.Peers.On("IJobGrain.Evict", (job, args) =>
        {
            Evicted.Add($"{job}/{args[0]} {args[1]}");
            return Answer.Done(1);
        });
        Host.Peers.On("IJobGrain.LoseNode", (job, args) =>
        {
            Lost.Add($"{job}/{args[0]} {args[1]}");
            Evicted.Add($"{job}/{args[0]} {args[2]}");
            return Answer.Done(1);
        });
        Host.Do(() => Rack.Offer(RackFixture.Offer(2)));
    }

    public GrainHost Host { get; }

    public INodeGrain Node => Host.Grain<INodeGrain>("n0");

    public IRackGrain Rack => Host.Grain<IRackGrain>(RackFixture.Key);

    public NodeView? View => Host.Ask(() => Node.GetView());

    public bool IsSchedulable => (Host.Ask(() => Rack.GetView())!.Schedulable & 1) != 0;

    public void Observe(bool ready = true, int gpus = 8) => Host.Do(() => Node.Observe(new NodeObservation
    {
        Spec = RackFixture.Node("n0", gpus), Rack = new RackId(RackFixture.Key), Ready = ready,
    }));

    public bool Observe(NodeFacts facts, bool ready = true, int gpus = 8) => Host.Ask(() => Node.Observe(new NodeObservation
    {
        Spec = RackFixture.Node("n0", gpus), Rack = new RackId(RackFixture.Key), Ready = ready, Facts = facts,
    }));

    public Answer Cordon(Caller? caller = null, string reason = "checking") => Host.Ask(() => Node.Cordon(caller ?? Operator, reason));

    public Answer Uncordon(Caller? caller = null) => Host.Ask(() => Node.Uncordon(caller ?? Operator));

    public Answer Drain(Caller? caller = null) => Host.Ask(() => Node.Drain(caller ?? Operator, "repair"));

    /// <summary>Puts a committed attempt on the node.</summary>
    public void Run(string job, long plan, ulong gpus)
    {
        var hold = Host.Ask(() => Rack.Hold(new HoldBatch { Epoch = 1, Holds = [RackFixture.Request(job, plan, 0, gpus)] }));
        Assert.Null(hold.Refusals[0]);
        Host.Do(() => Rack.Settle(new SettleBatch { Epoch = 1, Commits = [new PlanRef(RackFixture.Attempt(job), plan)] }));
    }

    public void Leave(string job, long plan) =>
        Host.Do(() => Rack.Settle(new SettleBatch { Epoch = 1, Releases = [new PlanRef(RackFixture.Attempt(job), plan)] }));

    public void Dispose() => Host.Dispose();
}
