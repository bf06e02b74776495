namespace Cluster.Tests.Campaigns;

/// <summary>What goes wrong, each time with the silo that hosts the pool.</summary>
public enum Fault
{
    /// <summary>kill -9.</summary>
    KillSilo,

    /// <summary>SIGTERM, as in a rolling upgrade.</summary>
    StopSilo,

    /// <summary>SIGSTOP, and SIGCONT once it has been given up.</summary>
    Freeze,

    CutFromPeers,
    CutFromDatabase,
    CutFromBoth,

    /// <summary>kill -9 of the database, and its recovery.</summary>
    RestartDatabase,

    /// <summary>The silo's wall clock jumps an hour ahead, and back.</summary>
    ClockJump,

    /// <summary>kill -9 of a gateway, the one that leads if it does.</summary>
    KillGateway,

    /// <summary>The silo's wall clock is an hour ahead for longer than that is doubted, and the silo is killed: who has the pool next has an earlier time than its journal.</summary>
    ClockAheadAndKill,
}
