using Orleans.Activations;

namespace Orleans.Simulation;

/// <summary>
/// A process beside the silos: code that calls grains through a client and other things by itself. It has a scheduler and a clock of its
/// own, so that it can be stopped in the middle of anything (frozen: nothing of it runs, time goes on) or die (nothing of it ever runs
/// again; what it had sent is still under way). Shim only: real Orleans has no such thing.
/// </summary>
public sealed class SimulatedProcess : ITurnDispatcher
{
    private readonly SimulatedCluster _cluster;
    private readonly TurnScheduler _turns;
    private bool _isWaiting;

    public SimulatedProcess(SimulatedCluster cluster, string name)
    {
        (_cluster, Name) = (cluster, name);
        _turns = new TurnScheduler(this) { Name = name };
        Time = new ProcessTime(this, cluster.Clock);
    }

    public string Name { get; }

    /// <summary>The cluster's clock; timers fire as turns of this process, and not at all while it is frozen or dead.</summary>
    public TimeProvider Time { get; }

    public bool IsAlive => !_turns.IsDead;

    /// <summary>False from the silo's crash to its restart.</summary>
    public static bool IsUp(SimulatedCluster cluster, int silo) => cluster.Node(silo).IsAlive;

    public bool IsFrozen { get; private set; }

    /// <summary>Begins code in this process; its awaits come back to it.</summary>
    public Task Start(Func<Task> code)
    {
        var end = new TaskCompletionSource();
        _turns.Enqueue(new TurnAction(_ => _ = Follow(), null));
        return end.Task;

        async Task Follow()
        {
            try
            {
                await code();
                end.SetResult();
            }
            catch (Exception e)
            {
                end.SetException(e);
            }
        }
    }

    /// <summary>SIGSTOP, a long collection, a machine that was moved: it knows nothing of the time that passes.</summary>
    public void Freeze()
    {
        if (IsFrozen || !IsAlive)
        {
            return;
        }

        _cluster.Note("freeze", Name);
        IsFrozen = true;
        _isWaiting = _cluster.Turns.Withdraw(_turns);
    }

    /// <summary>It goes on where it was, and believes what it believed.</summary>
    public void Resume()
    {
        if (!IsFrozen || !IsAlive)
        {
            return;
        }

        _cluster.Note("resume", Name);
        IsFrozen = false;
        if (_isWaiting)
        {
            _isWaiting = false;
            _cluster.Turns.Dispatch(_turns);
        }
    }

    /// <summary>kill -9.</summary>
    public void Kill()
    {
        _cluster.Note("kill", Name);
        _turns.IsDead = true;
    }

    void ITurnDispatcher.Dispatch(TurnScheduler turns)
    {
        if (IsFrozen)
        {
            _isWaiting = true;
            return;
        }

        _cluster.Turns.Dispatch(turns);
    }

    private sealed class ProcessTime(SimulatedProcess process, TimeProvider clock) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override TimeZoneInfo LocalTimeZone => clock.LocalTimeZone;

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override long GetTimestamp() => clock.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            clock.CreateTimer(
                _ =>
                {
                    if (process.IsAlive)
                    {
                        process._turns.Enqueue(new TurnAction(s => callback(s), state));
                    }
                }, null, dueTime, period);
    }
}
