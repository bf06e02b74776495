namespace Simulation.CrashPoints;

/// <summary>Real I/O in a simulation: everything stands still until it is done.</summary>
internal static class Standing
{
    /// <summary>Begins it away from the scheduler of the step, which is not free to finish it, and answers the ended task, however it ended.</summary>
    public static Task<T> Still<T>(Func<Task<T>> operation)
    {
        var task = Task.Run(operation);
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        return task;
    }

    public static Task Still(Func<Task> operation) => Still(async () =>
    {
        await operation();
        return true;
    });
}
