namespace Simulation.CrashPoints;

/// <summary>What happens at one write.</summary>
internal enum WriteFault
{
    /// <summary>The silo that is about to write dies: nothing is written.</summary>
    KilledBefore = 0,

    /// <summary>The silo dies as soon as the write is durable: nobody hears of it.</summary>
    KilledAfter = 1,

    /// <summary>All silos die at once, as one process does, before the write.</summary>
    AllKilledBefore = 2,

    /// <summary>All silos die as soon as the write is durable.</summary>
    AllKilledAfter = 3,

    /// <summary>It is durable, and the caller gets an error. Nobody dies.</summary>
    AnswerLost = 4,

    /// <summary>It is not done, and the caller gets an error. Nobody dies.</summary>
    Failed = 5,

    /// <summary>SQLite, Azure: the process dies within the transaction, before its commit.</summary>
    KilledInside = 6,

    /// <summary>Databases: the commit itself fails before it has done anything.</summary>
    CommitFailed = 7,

    /// <summary>Databases: the commit is durable and reports an error all the same.</summary>
    CommitAnswerLost = 8,
}

/// <summary>One fault at one write of a run.</summary>
/// <param name="Point">The write's number, from 1.</param>
/// <param name="Name">What that write was when it was counted: another one would mean another run.</param>
/// <param name="Fault">What happens there.</param>
internal sealed record PlannedFault(int Point, string Name, WriteFault Fault);
