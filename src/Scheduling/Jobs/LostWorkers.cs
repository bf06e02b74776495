namespace Scheduling.Jobs;

/// <summary>What is said of workers that nobody can make again.</summary>
public static class LostWorkers
{
    /// <summary>Ends what is said of a gang that came apart: those of its workers that are left are free for a new one.</summary>
    public const string TakenUpAnew = "what is left of its pods is taken up anew";

    /// <summary>The reason says that some are left, and free.</summary>
    public static bool LeavesSome(string? reason) => reason?.Contains(TakenUpAnew, StringComparison.Ordinal) == true;
}
