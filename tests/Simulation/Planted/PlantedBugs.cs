using Scheduling;

namespace Simulation.Planted;

/// <summary>Every bug that the simulation must find: each guard of the product taken away.</summary>
internal static class PlantedBugs
{
    public static IReadOnlyList<PlantedBug> All { get; } =
    [
        // Fencing: who acts late, or twice.
        new([Guard.RackEpoch], Grounds.Zombies, "I13", 2, "orleans#9855"),
        new([Guard.JobEpoch, Guard.JournalPosition], Grounds.Zombies, "I7 I13 I18", 2, "orleans#9855"),
        new([Guard.JournalPosition], Grounds.Zombies, "I1 I2 I4 I7 I8 I13 I18", 2, "orleans#9855"),
        new([Guard.StateETag], Grounds.Zombies, "I4 I6 I7", 0, "orleans#9855"),

        // The transaction.
        new([Guard.DurableIntent], Grounds.Crashes, "I3 I4 I8", 0),
        new([Guard.LeaseEnds], Grounds.Network, "I8", 0, "volcano#3373"),
        new([Guard.LeaseAsksJob], Grounds.Network, "I1 I2 I8", 0),
        new([Guard.FenceBurns], Grounds.Network, "I1 I2 I8", 0),
        new([Guard.UndoStaysUndo], Grounds.Handing, "I2 I3 I4 I8", 31),
        new([Guard.WholeGangHeld], Grounds.Hardware, "I1 I2 I8", 0, "volcano#3373 volcano#2462 volcano#5805"),
        new([Guard.ReleaseSent], Grounds.Quiet, "I8", 0, "koordinator#872"),
        new([Guard.RefundSent], Grounds.Quiet, "I3", 0, "kueue#13687"),
        new([Guard.FreedWhenGivenBack], Grounds.Lossy, "I1 I3 I8", 3),
        new([Guard.ReleaseOfItsPlan], Grounds.Late, "I2 I8", 6),
        new([Guard.RefundOfItsPlan], Grounds.Late, "I3", 1),
        new([Guard.ChargeBeforeRefund], Grounds.Late, "I3", 1, "kueue#15579"),

        // What is read back.
        new([Guard.JournalOrder], Grounds.Crashes, "I8 I2 I4 I7 I13 I18", 0),
        new([Guard.SnapshotOfClaims], Grounds.Snapshots, "I18", 0),
        new([Guard.SnapshotOfAmounts], Grounds.Snapshots, "I18", 0),
        new([Guard.SnapshotOfCharges], Grounds.Snapshots, "I3 I18", 0, "kueue#14609"),

        // Jobs.
        new([Guard.EndedStaysEnded], Grounds.Quiet, "I6", 0),
        new([Guard.GoneBeforeRequeue], Grounds.Quiet, "I7", 0),
        new([Guard.SubmittedOnce], Grounds.Quiet, "I4 I5 I6", 0),
        new([Guard.SameBody], Grounds.Quiet, "I5", 0),
        new([Guard.FirstSubmitTime], Grounds.Quiet, "I9", 0),
        new([Guard.LevelsCompared], Grounds.Crashes, "I4", 0),
        new([Guard.PartsAtOnce], Grounds.Quiet, "I4", 0),
        new([Guard.ToldBeforeForgotten], Grounds.Chained, "I4 I6 I12", 4),

        // Who makes room for whom.
        new([Guard.EvictionBudget], Grounds.Sparing, "I9", 0, "kubernetes#130429"),
        new([Guard.PreemptorBudget], Grounds.Spent, "I9", 0, "arXiv 2410.21680"),
        new([Guard.MinRuntime], Grounds.Undisturbed, "I9", 0),
        new([Guard.OnlyTheLower], Grounds.Undisturbed, "I9", 0, "kueue#3779 volcano#4817"),
        new([Guard.NoneTooMany], Grounds.Undisturbed, "I9", 0, "volcano#5984 kueue#14244"),
        new([Guard.QuotaAgrees], Grounds.Urgent, "I9", 0, "volcano#5022"),
        new([Guard.ExclusiveClaims], Grounds.Undisturbed, "I1 I8 I9", 0, "kueue#13320"),
        new([Guard.FreedForItsClaim], Grounds.Undisturbed, "I9", 0, "kueue#3779 kueue PR 13797"),
        new([Guard.RestIsPromised], Grounds.Undisturbed, "I9", 0, "kueue#3779"),
        new([Guard.Earmark], Grounds.Lending, "I9", 0, "kueue#3779 kueue PR 13797"),
        new([Guard.CallOff], Grounds.Quiet, "I9 I18", 3),

        // Who waits.
        new([Guard.Reservations], Grounds.Crowded, "I12", 0),
        new([Guard.WakeForRoom], Grounds.Unpromising, "I11 I12", 0, "kueue#13687"),
        new([Guard.WakeForQuota], Grounds.Quiet, "I11 I12", 0, "kueue#13687"),
        new([Guard.HeadStandsAside], Grounds.Quiet, "I11 I12", 0, "kueue#5243 kueue#14477"),

        // What there is.
        new([Guard.RequiredTopology], Grounds.Quiet, "I10", 0, "volcano#5189"),
        new([Guard.QuotaLimit], Grounds.Quiet, "I3", 0),
        new([Guard.NoNegative], Grounds.Hostile, "I3", 0, "kueue#13392"),
        new([Guard.NodeReady], Grounds.Hardware, "I10", 0),
        new([Guard.CapacityNow], Grounds.Hardware, "I1", 0, "volcano#1782 volcano#1818"),
        new([Guard.EmptyBeforeDrained], Grounds.Draining, "I10", 2),
        new([Guard.LostNodeEmptied], Grounds.Hardware, "I10", 1, "volcano#5805"),
        new([Guard.EveryUseCounted], Grounds.Quiet, "I17", 0),
        new([Guard.PreflightFirst], Grounds.Preflight, "I10", 0),
        new([Guard.OneRackPerNode], Grounds.Moving, "I1", 0),

        // Machines that are bought and returned.
        new([Guard.OnlyAdmitted], Grounds.Planning, "I15", 0),
        new([Guard.DrainedBeforeDeleted], Grounds.Machines, "I15", 10),
        new([Guard.OnePlanner], Grounds.LatePlanning, "I15", 0),
        new([Guard.KeptForItsGang], Grounds.Planning, "I9", 0),

        // Pods that users make.
        new([Guard.LeftAreTakenUp], Grounds.Cancelling, "I2", 64),
        new([Guard.UnseenAskedAgain], Grounds.Guests, "I2 I6 I8 I11", 40),

        // Members that are started again.
        new([Guard.MemberRestarts], Grounds.Swapping, "I7", 9),
    ];
}
