using System.Collections.Immutable;
using Grains;
using Grains.Nodes;
using Grains.Pools;
using Grains.Quotas;
using Grains.Racks;
using Grains.Storage;
using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Nodes;
using Scheduling.Quotas;

namespace Gateway.Tests.Fakes;

internal sealed class FakePool(FakeCluster cluster, string name) : IPoolGrain
{
    public int Pending { get; set; }

    public JobExplanation? Explanation { get; set; }

    public ImmutableArray<ReasonCount> PendingByReason { get; set; } = [];

    public Task<JobExplanation?> Explain(Caller caller, JobId job) => Task.FromResult(Explanation);

    public Task<int> CountPending(TenantId tenant) => Task.FromResult(Pending);

    public Task<PoolView> GetView()
    {
        var racks = Racks().ToArray();
        return Task.FromResult(new PoolView
        {
            Pool = new PoolId(name), Epoch = 1, Racks = racks.Length, Nodes = racks.Sum(r => r.Spec.Nodes.Length), SchedulableNodes = 1,
            GpuMilliTotal = 16_000, GpuMilliAllocated = 4_000, GpuMilliPromised = 1_000, PendingJobs = Pending, PlacingJobs = 1, RunningJobs = 2, PendingByReason = PendingByReason,
            Ledger = [new GpuSeconds("productive", 12.5), new GpuSeconds("idle", 7.5)], InvariantChecks = 10, InvariantFailures = 0,
        });
    }

    public Task<ImmutableArray<RackId>> ListRacks(string? after, int limit) =>
        Task.FromResult(Racks().Select(r => r.Spec.Rack).Where(r => after is null || string.CompareOrdinal(r.Value, after) > 0).Take(limit).ToImmutableArray());

    private IEnumerable<RackView> Racks() =>
        cluster.Racks.Values.Where(r => r.Spec.Rack.Pool.Value == name).OrderBy(r => r.Spec.Rack.Value, StringComparer.Ordinal);

    public Task<Answer> Enqueue(EnqueueJob command) => throw new NotSupportedException();

    public Task Ended(AttemptId attempt) => throw new NotSupportedException();

    public Task Stop(AttemptId attempt) => throw new NotSupportedException();

    public Task Checkpoint(AttemptId attempt, DateTimeOffset? stopAt) => throw new NotSupportedException();

    public Task Checkpointed(AttemptId attempt, DateTimeOffset at) => throw new NotSupportedException();

    public Task RackChanged(RackView view) => throw new NotSupportedException();

    public Task QuotaFreed(ImmutableArray<QuotaPath> paths) => throw new NotSupportedException();

    public Task<AssignmentPage> ListAssignments(JobId? after, int limit) => throw new NotSupportedException();

    public Task<AssignmentPage?> WatchAssignments(long version, TimeSpan wait) => throw new NotSupportedException();

    public Task LeaveNode(AttemptId attempt, NodeId node) => throw new NotSupportedException();

    public Task<ImmutableArray<JobId>> Disagree(ImmutableArray<JobIndexRow> rows) => throw new NotSupportedException();

    public Task<ImmutableArray<AttemptId>> ListLive(JobId? after, int limit) => throw new NotSupportedException();

    public Task<PoolAudit> Audit() => throw new NotSupportedException();

    public Task<bool> SetEarmarks(ImmutableArray<global::Scheduling.Scaling.MachineEarmark> earmarks, ImmutableArray<global::Scheduling.Scaling.MachineEarmark> known) =>
        Task.FromResult(true);

    public Task<global::Scheduling.Scaling.ScaleDemand?> GetDemand(long known, TimeSpan wait) => throw new NotSupportedException();

    public Task<PoolStatePage?> GetState(long token, int after) => throw new NotSupportedException();
}

internal sealed class FakeRack : IRackGrain
{
    private readonly FakeCluster _cluster;
    private readonly string _key;

    private FakeRack(FakeCluster cluster, string key) => (_cluster, _key) = (cluster, key);

    public static FakeRack Over(FakeCluster cluster, string key) => new(cluster, key);

    public Task<RackView?> GetView() => Task.FromResult(_cluster.Racks.GetValueOrDefault(_key));

    public Task<global::Scheduling.Racks.RackWorkers?> WorkersOf(AttemptId attempt) => throw new NotSupportedException();

    public Task<RackView> Attach(long epoch) => throw new NotSupportedException();

    public Task<HoldAnswer> Hold(HoldBatch batch) => throw new NotSupportedException();

    public Task<SettleAnswer> Settle(SettleBatch batch) => throw new NotSupportedException();

    public Task<MoveAnswer> Move(MoveWorkers command) => throw new NotSupportedException();

    public Task<RackView> Offer(RackSpec spec) => throw new NotSupportedException();

    public Task<NodeAttempts> SetSchedulable(NodeId node, bool schedulable) => throw new NotSupportedException();
}

internal sealed class FakeNode : INodeGrain
{
    public NodeView? View { get; set; }

    public Task<NodeView?> GetView() => Task.FromResult(View);

    public Task<Answer> Cordon(Caller caller, string reason) => Become(NodeState.Cordoned, caller, reason);

    public Task<Answer> Uncordon(Caller caller) => Become(NodeState.Ready, caller, null);

    public Task<Answer> Drain(Caller caller, string reason) => Become(NodeState.Draining, caller, reason);

    public Task<Answer> Retire(Caller caller) => throw new NotSupportedException();

    public Task<Answer> Forget(Caller caller) => throw new NotSupportedException();

    public Task<bool> Observe(NodeObservation observation) => throw new NotSupportedException();

    public Task Remark(string by, string text) => throw new NotSupportedException();

    public Task<Answer> TellHardware(Caller caller, string host, string gpuSerials, DateTimeOffset readAt) => throw new NotSupportedException();

    public Task<Answer> Examined(Caller caller, bool passed, string reason, string? boot)
    {
        if (boot is not null && boot != View!.Life.Boot)
            return Task.FromResult(Answer.Of(Outcome.Conflict, "another boot", View.Version));
        View = View! with { Preflight = passed ? NodePreflight.Passed : NodePreflight.Failed };
        return Become(passed ? NodeState.Ready : NodeState.Preflight, caller, passed ? null : reason);
    }

    public Task<Answer> DeclareDead(Caller caller, string reason)
    {
        if (View!.State == NodeState.Ready)
            return Task.FromResult(Answer.Of(Outcome.Conflict, "it is ready", View.Version));
        View = View with { OutOfService = true };
        return Become(NodeState.NotReady, caller, reason);
    }

    private Task<Answer> Become(NodeState state, Caller caller, string? reason)
    {
        View = View! with { State = state, Reason = reason, By = caller.User, Version = View.Version + 1 };
        return Task.FromResult(Answer.Done(View.Version));
    }
}

/// <summary>One flat tree: paths with settings, and a version for all of it.</summary>
internal sealed class FakeQuota(string cohort) : IQuotaGrain
{
    private readonly SortedDictionary<string, QuotaSpec> _levels = new(StringComparer.Ordinal);

    public bool Exists => _levels.Count > 0;

    public long Version { get; private set; }

    public void Put(string path, QuotaSpec spec)
    {
        _levels[path] = spec;
        Version++;
    }

    public Task<QuotaTreeView?> GetTree(Caller caller, QuotaPath path)
    {
        var team = caller.Tenant is { } tenant ? $"{cohort}/{tenant.Value}" : null;
        if (!_levels.ContainsKey(path.Value) || !caller.IsOperator && (team is null || !_levels.ContainsKey(team) || !(path.Value == cohort || IsUnder(path.Value, team))))
            return Task.FromResult<QuotaTreeView?>(null);
        var levels = _levels.Where(l => IsUnder(l.Key, path.Value) && (caller.IsOperator || l.Key == cohort || IsUnder(l.Key, team!)))
            .Select(l => new QuotaNodeView
            {
                Path = new QuotaPath(l.Key), Spec = l.Value, Used = [new ResourceAmount("gpu", 1000)], Charges = 1,
                Budget = l.Value.Budget is not { } budget ? null : new BudgetView
                {
                    Budget = budget, SpentMilliSeconds = 9_000_000, From = null, ResetsAt = new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero), ExhaustedAt = null, IsSpent = true,
                },
            });
        return Task.FromResult<QuotaTreeView?>(new QuotaTreeView { Levels = [.. levels], Version = Version });
    }

    public Task<Answer> SetQuota(Caller caller, QuotaPath path, QuotaSpec spec, long ifVersion)
    {
        if (ifVersion != Version)
            return Task.FromResult(Answer.Of(Outcome.PreconditionFailed, $"The tree is at version {Version}.", Version));
        Put(path.Value, spec);
        return Task.FromResult(Answer.Done(Version));
    }

    public Task<ChargeAnswer> Charge(ChargeBatch batch) => throw new NotSupportedException();

    public Task Refund(ImmutableArray<PlanRef> charges) => throw new NotSupportedException();

    public Task CallOff(ImmutableArray<AttemptId> attempts) => throw new NotSupportedException();

    public Task<ImmutableArray<QuotaRefusal?>> ForeseeEach(ImmutableArray<ChargeQuestion> questions) => throw new NotSupportedException();

    public Task<Foresight> Foresee(ForeseeBatch batch) => throw new NotSupportedException();

    public Task<ImmutableArray<AttemptId>> WhichBorrow(ImmutableArray<AttemptId> attempts) => throw new NotSupportedException();

    public Task<ImmutableArray<QuotaCharge>> GetCharges() => throw new NotSupportedException();

    public Task<QuotaSnapshot> GetState(AttemptId? after, int limit) => throw new NotSupportedException();

    private static bool IsUnder(string path, string root) => path == root || path.StartsWith(root + "/", StringComparison.Ordinal);
}
