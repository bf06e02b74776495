using Orleans.Activations;

namespace Orleans.Simulation;

/// <summary>The activations that have something to do. One of them runs at a time, when the simulation says so.</summary>
internal sealed class SimulatedTurns : ITurnDispatcher
{
    private readonly Lock _gate = new();
    private readonly List<TurnScheduler> _ready = [];
    private readonly ManualResetEventSlim _arrived = new();
    private Thread? _stepping;

    /// <summary>The first turn that was asked for by a thread other than the one that makes the steps: from there on the machine decides what the seed should.</summary>
    public string? Stray { get; private set; }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                _ready.RemoveAll(static t => t.IsDead);
                return _ready.Count;
            }
        }
    }

    public void Dispatch(TurnScheduler turns)
    {
        lock (_gate)
        {
            _ready.Add(turns);
            if (_stepping is not null && !ReferenceEquals(_stepping, Thread.CurrentThread))
            {
                Stray ??= $"{turns.Name} was given a turn by {Thread.CurrentThread.Name ?? "another thread"}\n{Environment.StackTrace}";
            }
        }

        _arrived.Set();
    }

    /// <summary>It is not to run for now. True when it had something to do.</summary>
    public bool Withdraw(TurnScheduler turns)
    {
        lock (_gate)
        {
            return _ready.Remove(turns);
        }
    }

    /// <summary>Runs one turn of the n-th.</summary>
    public string RunOne(int n)
    {
        TurnScheduler turns;
        lock (_gate)
        {
            _stepping = Thread.CurrentThread;
            turns = _ready[n];
            _ready.RemoveAt(n);
        }

        turns.Run(1);
        return turns.Name;
    }

    /// <summary>Waits in real time for something to come from a thread outside of the simulation.</summary>
    public bool WaitForOutside(TimeSpan span)
    {
        _arrived.Reset();
        return Count > 0 || _arrived.Wait(span);
    }
}
