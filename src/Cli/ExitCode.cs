namespace Cli;

/// <summary>What the process answers to its caller. Scripts rely on these: never renumbered.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was asked for properly and did not work.</summary>
    public const int Failure = 1;

    /// <summary>It was asked for wrongly: flags, a file, or a field that the server refuses.</summary>
    public const int Usage = 2;

    /// <summary>The job can never be placed as it is.</summary>
    public const int NotPlaceable = 3;

    /// <summary>No valid token, or one without the role.</summary>
    public const int NotAuthorised = 4;

    public const int NotFound = 5;

    /// <summary>It is in a state, or at a version, that does not allow it.</summary>
    public const int Conflict = 6;

    /// <summary>Waiting took longer than was allowed.</summary>
    public const int TimedOut = 124;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
