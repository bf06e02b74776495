namespace Simulation.CrashPoints;

/// <summary>Real I/O of one run: the simulation stands still until it is done. It knows how often what is stored may have changed.</summary>
internal sealed class Standing
{
    /// <summary>Changes so far: writes that were begun, whatever became of them, and lives that ended.</summary>
    public long Changes { get; private set; }

    /// <summary>What is stored may be something else from now on.</summary>
    public void Change() => Changes++;

    /// <summary>Begins it away from the scheduler of the step, which is not free to finish it, and answers the ended task, however it ended.</summary>
    public Task<T> Read<T>(Func<Task<T>> operation)
    {
        var task = Task.Run(operation);
        ((IAsyncResult)task).AsyncWaitHandle.WaitOne();
        return task;
    }

    /// <summary>The same for what changes the store.</summary>
    public Task Write(Func<Task> operation)
    {
        Change();
        return Read(async () =>
        {
            await operation();
            return true;
        });
    }

    /// <summary>A read that answers nothing but through what it was handed.</summary>
    public Task Read(Func<Task> operation) => Read(async () =>
    {
        await operation();
        return true;
    });
}
