namespace ClusterKit;

/// <summary>Makes a silo hang, once a file says how: "turn", a turn of a pool that waits for ever, or "threads", so many of them that no thread is left.</summary>
internal sealed class Wedge(string file) : IIncomingGrainCallFilter, IHostedService, IDisposable
{
    private readonly ManualResetEventSlim _never = new();
    private Timer? _looks;

    public Task Invoke(IIncomingGrainCallContext context)
    {
        if (context.TargetId.Type.ToString() == "pool" && Said("turn"))
        {
            _never.Wait();
        }

        return context.Invoke();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _looks = new Timer(_ => TakeThreads(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _looks?.Dispose();
        _never.Dispose();
    }

    private void TakeThreads()
    {
        if (!Said("threads"))
        {
            return;
        }

        _looks!.Change(Timeout.Infinite, Timeout.Infinite);
        ThreadPool.GetMinThreads(out var least, out var ports);
        ThreadPool.SetMaxThreads(least, ports);
        for (var i = 0; i < 100 * least; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(_ => _never.Wait(), null);
        }
    }

    private bool Said(string what) => File.Exists(file) && File.ReadAllText(file) == what;
}
