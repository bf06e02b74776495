using System.Collections.Immutable;
using System.Numerics;
using System.Runtime.InteropServices;
using Scheduling.Model;
using Scheduling.Placement;
using Scheduling.Prediction;
using Scheduling.Quotas;

namespace Scheduling.Pools;

/// <summary>Where an attempt is in the placement transaction.</summary>
[GenerateSerializer]
public enum AttemptStage
{
    /// <summary>Waits to be planned.</summary>
    Queued = 0,

    /// <summary>Planned; charge, holds and commit are under way or in doubt.</summary>
    Placing = 1,

    /// <summary>The job committed this plan.</summary>
    Running = 2,

    /// <summary>Over; what it has on racks and quota is being given back.</summary>
    Freeing = 3,
}

/// <summary>One attempt as its pool knows it. Owned and changed by <see cref="PoolMachine"/> alone.</summary>
public sealed class PoolAttempt
{
    private string? _resources;
    private NodeId[] _seats = [];
    private int _unseated;
    private long _seatedPlan;

    internal PoolAttempt(AttemptId id, JobSpec spec, DateTimeOffset submittedAt, GangRequest request)
    {
        Id = id;
        Spec = spec;
        SubmittedAt = submittedAt;
        Request = request;
    }

    public AttemptId Id { get; }

    public JobSpec Spec { get; }

    /// <summary>The job's first submit time: its place in the order, whatever happened since.</summary>
    public DateTimeOffset SubmittedAt { get; }

    public GangRequest Request { get; }

    /// <summary>Its place among attempts of the same effective priority on the same account, as the order policy gave it; smaller goes first.</summary>
    public long Key { get; internal set; }

    /// <summary>Priority with what waiting added to it; -1 for what runs only where nobody else wants to.</summary>
    public int EffectivePriority { get; internal set; }

    /// <summary>When waiting lifts it next; default when it does not.</summary>
    internal DateTimeOffset AgesAt { get; set; }

    public AttemptStage Stage { get; internal set; }

    /// <summary>The intent's number; 0 while queued.</summary>
    public long Plan { get; internal set; }

    public GangPlacement? Placement { get; internal set; }

    /// <summary>What the plan costs its quota, resource names in order; decided once, so that a charge sent again says the same.</summary>
    public ImmutableArray<ResourceAmount> Amounts
    {
        get;
        internal set => (field, _resources) = (value, null);
    } = [];

    /// <summary>Its workers are to be stopped.</summary>
    public bool StopWanted { get; internal set; }

    /// <summary>Its workers are to save their work, and are stopped by then; null: they are not asked to.</summary>
    public DateTimeOffset? CheckpointBy { get; internal set; }

    /// <summary>When its work was last saved, as its workers say; null when they said nothing.</summary>
    public DateTimeOffset? CheckpointedAt { get; internal set; }

    /// <summary>It is over for its job: as soon as its transaction ends it is freed, not queued again.</summary>
    public bool EndWanted { get; internal set; }

    /// <summary>
    /// What its plan has is being given back. Release and refund may still be under way, so the plan must never go forward again.
    /// </summary>
    public bool Undoing { get; internal set; }

    /// <summary>
    /// A commit of this plan may have been asked for: only the job can say whether it is committed. Not stored: after a restart
    /// it must be assumed.
    /// </summary>
    public bool MayBeCommitted { get; set; }

    /// <summary>When the job committed its plan; meaningless before.</summary>
    public DateTimeOffset CommittedAt { get; internal set; }

    /// <summary>By what its run time is predicted.</summary>
    internal RunFeatures Features { get; set; }

    /// <summary>Seconds that its job's earlier attempts ran.</summary>
    internal double RanBefore { get; set; }

    /// <summary>GPU-seconds that it is likely to take.</summary>
    internal double ExpectedWork { get; set; }

    /// <summary>How often its job gave way to others.</summary>
    internal int GaveWay { get; set; }

    /// <summary>How long it is expected to run in nine of ten cases; null: nobody knows that it ends.</summary>
    public TimeSpan? ExpectedAtMost { get; internal set; }

    /// <summary>
    /// How long it is expected to run, give or take a factor of two: what may start on nodes that are reserved for later depends on it.
    /// 0: nobody knows that it ends.
    /// </summary>
    internal int Length => ExpectedAtMost is { } most ? 1 + BitOperations.Log2((ulong)Math.Max(1, most.Ticks / TimeSpan.TicksPerMinute)) : 0;

    /// <summary>Who it is to make room for; null: nobody.</summary>
    public AttemptId? EvictedFor { get; internal set; }

    /// <summary>Lost nodes that it still has workers on. Not stored: they say so again.</summary>
    public ImmutableArray<NodeId> Leaving { get; set; } = [];

    /// <summary>
    /// The node of each worker, by rank, as the racks said when they held them for this plan; empty while any is not known, or when workers have moved since.
    /// Not stored: whoever wants to know asks the racks then.
    /// </summary>
    public ImmutableArray<NodeId> Nodes => _seatedPlan == Plan && _unseated == 0 ? ImmutableCollectionsMarshal.AsImmutableArray(_seats) : [];

    /// <summary>The job was told so. Not stored: after a restart it is told again.</summary>
    public bool PreemptionAsked { get; set; }

    /// <summary>What its quota says to it. Not stored: it is asked again before anything is done by it.</summary>
    internal ChargeOutlook? Outlook { get; set; }

    /// <summary>The queue's group while queued.</summary>
    internal PendingGroup? Group { get; set; }

    /// <summary>The resources that it is charged, as one text.</summary>
    internal string ResourceNames => _resources ??= string.Join(' ', Amounts.Where(a => a.Amount > 0).Select(a => a.Resource));

    public PlanRef Ref => new(Id, Plan);

    /// <summary>A rack holds these workers for the plan, on these nodes.</summary>
    public void Seat(ImmutableArray<WorkerSlot> workers, ImmutableArray<NodeId> nodes)
    {
        if (_seatedPlan != Plan)
        {
            _seats = new NodeId[Placement!.TotalWorkers];
            (_seatedPlan, _unseated) = (Plan, _seats.Length);
        }

        for (var i = 0; i < nodes.Length; i++)
        {
            ref var seat = ref _seats[workers[i].Rank];
            _unseated -= seat == default ? 1 : 0;
            seat = nodes[i];
        }
    }

    /// <summary>Some of its workers are on other nodes now.</summary>
    public void Unseat() => _unseated = int.MaxValue;

    public ImmutableArray<WorkerShape> Shapes => [.. Spec.Roles.Select(r => r.Shape)];
}
