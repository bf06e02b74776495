namespace Scheduling;

/// <summary>
/// Lines that keep one of the promises I1–I18. The simulation takes each away in turn (a planted bug) and must see it; in the product all
/// of them hold. Each member stands for one place in the code, which names it.
/// </summary>
public enum Guard
{
    /// <summary>A rack refuses a pool's older epoch.</summary>
    RackEpoch = 0,

    /// <summary>A job refuses a pool's older epoch.</summary>
    JobEpoch,

    /// <summary>A hold that nobody settles runs out.</summary>
    LeaseEnds,

    /// <summary>Before a rack frees an overdue hold its job is asked.</summary>
    LeaseAsksJob,

    /// <summary>A job that is asked so burns the attempt.</summary>
    FenceBurns,

    /// <summary>A release ends the hold of its own plan only.</summary>
    ReleaseOfItsPlan,

    /// <summary>A refund ends the charge of its own plan, or an older one.</summary>
    RefundOfItsPlan,

    /// <summary>A charge that comes after its own refund is refused.</summary>
    ChargeBeforeRefund,

    /// <summary>A plan that has begun to give back never goes forward again.</summary>
    UndoStaysUndo,

    /// <summary>Intents are durable before the first message leaves.</summary>
    DurableIntent,

    /// <summary>A gang is committed only when every rack holds its part.</summary>
    WholeGangHeld,

    /// <summary>What is over is released on its racks.</summary>
    ReleaseSent,

    /// <summary>What is over is refunded.</summary>
    RefundSent,

    /// <summary>Capacity counts as free only when racks and quota have given it back.</summary>
    FreedWhenGivenBack,

    /// <summary>A record is written only over the version that was read.</summary>
    StateETag,

    /// <summary>A journal is appended to only at the position that its writer knows.</summary>
    JournalPosition,

    /// <summary>A journal is read back in the order in which it was written.</summary>
    JournalOrder,

    /// <summary>A pool's snapshot says which promises stand.</summary>
    SnapshotOfClaims,

    /// <summary>A pool's snapshot says what plans cost.</summary>
    SnapshotOfAmounts,

    /// <summary>A quota tree's snapshot says what is charged.</summary>
    SnapshotOfCharges,

    /// <summary>A job that has ended stays so.</summary>
    EndedStaysEnded,

    /// <summary>The workers of an attempt are gone before the next one queues.</summary>
    GoneBeforeRequeue,

    /// <summary>A submission that is repeated changes nothing.</summary>
    SubmittedOnce,

    /// <summary>A key that was used with another body is refused.</summary>
    SameBody,

    /// <summary>A job that comes back has the place of its first submit time.</summary>
    FirstSubmitTime,

    /// <summary>Stored jobs are held against what their pool knows.</summary>
    LevelsCompared,

    /// <summary>At most so many parts of a job live at once.</summary>
    PartsAtOnce,

    /// <summary>Who waits for a job stays remembered until it was told.</summary>
    ToldBeforeForgotten,

    /// <summary>A job is evicted a bounded number of times.</summary>
    EvictionBudget,

    /// <summary>A job causes a bounded number of evictions.</summary>
    PreemptorBudget,

    /// <summary>An attempt runs for its minimum before it is evicted.</summary>
    MinRuntime,

    /// <summary>Only a better claim to capacity evicts a worse.</summary>
    OnlyTheLower,

    /// <summary>Nobody is evicted who is not needed.</summary>
    NoneTooMany,

    /// <summary>Nobody is evicted for a gang that its quota would refuse all the same.</summary>
    QuotaAgrees,

    /// <summary>No two promises name the same GPU.</summary>
    ExclusiveClaims,

    /// <summary>What comes free goes to whom it is promised.</summary>
    FreedForItsClaim,

    /// <summary>What is left of a GPU that others share is kept for whom it is promised.</summary>
    RestIsPromised,

    /// <summary>Who need not leave any more is told.</summary>
    CallOff,

    /// <summary>Gangs that wait long get nodes reserved.</summary>
    Reservations,

    /// <summary>Who had no room is tried again when there is more.</summary>
    WakeForRoom,

    /// <summary>Who was refused by quota is tried again when there is more.</summary>
    WakeForQuota,

    /// <summary>A gang that does not fit stands in nobody's way.</summary>
    HeadStandsAside,

    /// <summary>A gang stays within the domain that it requires.</summary>
    RequiredTopology,

    /// <summary>A charge has room at every level.</summary>
    QuotaLimit,

    /// <summary>What is given back is kept for the owner that it was called back for.</summary>
    Earmark,

    /// <summary>No amount is negative.</summary>
    NoNegative,

    /// <summary>A node that takes no new work gets none.</summary>
    NodeReady,

    /// <summary>What a node has lost is given to nobody.</summary>
    CapacityNow,

    /// <summary>A node is drained when it is empty.</summary>
    EmptyBeforeDrained,

    /// <summary>What ran on a node that is lost is taken off it.</summary>
    LostNodeEmptied,

    /// <summary>Every use of GPU time is counted.</summary>
    EveryUseCounted,

    /// <summary>A machine that has to pass preflight takes no work before.</summary>
    PreflightFirst,

    /// <summary>No rack has a node that another still has.</summary>
    OneRackPerNode,

    /// <summary>Machines are wanted only for gangs that quota admits.</summary>
    OnlyAdmitted,

    /// <summary>A machine is deleted once nothing is on it and nothing can come.</summary>
    DrainedBeforeDeleted,

    /// <summary>A planner that leads no longer changes nothing.</summary>
    OnePlanner,

    /// <summary>A machine that was bought for a gang is kept for it.</summary>
    KeptForItsGang,

    /// <summary>Members that failed are started again a bounded number of times.</summary>
    MemberRestarts,

    /// <summary>Pods that a cancelled gang had not bound go on with those that replace the others.</summary>
    LeftAreTakenUp,

    /// <summary>A pod that only an answer showed, and no watch, is asked for again.</summary>
    UnseenAskedAgain,
}
