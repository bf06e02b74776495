using System.Collections.Immutable;
using Grains.Storage;
using Orleans.Concurrency;
using Scheduling.Explain;
using Scheduling.Model;
using Scheduling.Scaling;

namespace Grains.Pools;

/// <summary>One pool. Owns the queue's order and every placement decision: an ordered journal and a snapshot.</summary>
[Alias("Grains.Pools.IPoolGrain")]
public interface IPoolGrain : IGrainWithStringKey
{
    /// <summary>Queues an attempt. Answered when durable. Asked again, the answer is the same.</summary>
    Task<Answer> Enqueue(EnqueueJob command);

    /// <summary>The attempt is over, or no longer wanted: everything it has is freed. Repeatable.</summary>
    Task Ended(AttemptId attempt);

    /// <summary>The committed attempt is to be stopped by whoever runs its workers. Repeatable.</summary>
    Task Stop(AttemptId attempt);

    /// <summary>
    /// The committed attempt's workers are to save their work: they are stopped at <paramref name="stopAt"/>, or once they say that it is
    /// saved. Null: they go on as before. Repeatable.
    /// </summary>
    Task Checkpoint(AttemptId attempt, DateTimeOffset? stopAt);

    /// <summary>
    /// The committed attempt's workers on this node are lost: whoever runs them makes sure that they are over, and starts others elsewhere in the rack.
    /// Repeatable. Not stored: to be repeated until nothing of the attempt is left there.
    /// </summary>
    Task LeaveNode(AttemptId attempt, NodeId node);

    /// <summary>The attempt's work was saved at this time: what evicting it costs is counted from there. Repeatable.</summary>
    Task Checkpointed(AttemptId attempt, DateTimeOffset at);

    /// <summary>From a rack: it offers something else than before.</summary>
    Task RackChanged(RackView view);

    /// <summary>From a quota tree that refused this pool: room appeared at these levels. A hint.</summary>
    [OneWay]
    Task QuotaFreed(ImmutableArray<QuotaPath> paths);

    /// <summary>Why the job waits, who is ahead, and what would start it. Null: not in this pool, or not this caller's.</summary>
    [OpenToGateways]
    Task<JobExplanation?> Explain(Caller caller, JobId job);

    [OpenToGateways]
    Task<PoolView> GetView();

    /// <summary>Racks that have nodes, in name order after <paramref name="after"/>. What is on them is for the racks to say.</summary>
    [OpenToGateways]
    Task<ImmutableArray<RackId>> ListRacks(string? after, int limit);

    /// <summary>What should run now: committed attempts in job order after <paramref name="after"/>.</summary>
    [OpenToGateways]
    Task<AssignmentPage> ListAssignments(JobId? after, int limit);

    /// <summary>Changes after <paramref name="version"/>; waits up to <paramref name="wait"/> (at most 10 s). Null: too old, list again.</summary>
    [OpenToGateways]
    Task<AssignmentPage?> WatchAssignments(long version, TimeSpan wait);

    /// <summary>From the reconciler: of these stored jobs, which does the pool see otherwise than they see themselves?</summary>
    Task<ImmutableArray<JobId>> Disagree(ImmutableArray<JobIndexRow> rows);

    /// <summary>From the reconciler: live attempts in job order, to be compared with the stored jobs.</summary>
    Task<ImmutableArray<AttemptId>> ListLive(JobId? after, int limit);

    /// <summary>Compares what racks, quota and pool say of each other, now. Differences that a transaction under way explains do not count.</summary>
    Task<PoolAudit> Audit();

    /// <summary>How many jobs of this tenant wait here.</summary>
    [OpenToGateways]
    Task<int> CountPending(TenantId tenant);

    /// <summary>
    /// A part of the whole state. With token 0 a new state is taken; its other pages are asked for with its token, each after the one before. Null:
    /// the racks were not seen yet, or that state is gone; begin again.
    /// </summary>
    Task<PoolStatePage?> GetState(long token, int after);

    /// <summary>
    /// What machines are needed for, and which are idle; with <paramref name="known"/> the version of the answer before, waits up to <paramref name="wait"/> (at
    /// most 10 s) for another. Null: the racks were not seen yet.
    /// </summary>
    [OpenToGateways]
    Task<ScaleDemand?> GetDemand(long known, TimeSpan wait);

    /// <summary>
    /// From whoever buys machines: these are these attempts' own, in place of what was said of them before; other attempts keep theirs. What cannot be
    /// so is left out. Answered when durable: false, and nothing is set, where another set some since. Repeatable.
    /// </summary>
    /// <param name="known">All that were set when it was decided; those that are over by now do not matter.</param>
    [OpenToGateways]
    Task<bool> SetEarmarks(ImmutableArray<MachineEarmark> earmarks, ImmutableArray<MachineEarmark> known);
}
