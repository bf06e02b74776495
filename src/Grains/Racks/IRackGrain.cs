using Orleans.Concurrency;
using Scheduling.Model;
using Scheduling.Racks;

namespace Grains.Racks;

/// <summary>One rack, keyed "pool/rack". Owns the ledger: which GPUs of which node hold which (job, attempt).</summary>
[Alias("Grains.Racks.IRackGrain")]
public interface IRackGrain : IGrainWithStringKey
{
    /// <summary>A pool activation takes over under a new epoch; from now on every older epoch is refused. Answers the ledger.</summary>
    Task<RackView> Attach(long epoch);

    /// <summary>Holds for several attempts in one durable turn; each is granted or refused by itself. Repeatable.</summary>
    Task<HoldAnswer> Hold(HoldBatch batch);

    /// <summary>Turns holds into allocations and frees others, in one durable turn. Unknown ones are done already. Repeatable.</summary>
    Task<SettleAnswer> Settle(SettleBatch batch);

    [ReadOnly]
    [OpenToGateways]
    Task<RackView?> GetView();

    /// <summary>The nodes of an attempt's workers. A slot keeps its node as long as workers are on it, so both come together; null: the attempt is not here (yet).</summary>
    [ReadOnly, OpenToGateways]
    Task<RackWorkers?> WorkersOf(AttemptId attempt);

    /// <summary>What the cluster says this rack consists of now. Tells the pool when that changes anything. Repeatable.</summary>
    [OpenToGateways]
    Task<RackView> Offer(RackSpec spec);

    /// <summary>
    /// From whoever runs its workers, once those on this node are over: another node of the rack takes over what the attempt has there. The pool is told.
    /// Repeatable.
    /// </summary>
    [OpenToGateways]
    Task<MoveAnswer> Move(MoveWorkers command);

    /// <summary>From a node grain: may this node take new work? Answers the attempts that are on it now.</summary>
    Task<NodeAttempts> SetSchedulable(NodeId node, bool schedulable);
}
