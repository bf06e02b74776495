namespace Simulation.Outside;

/// <summary>Kills whoever asks for the n-th effect: before it was heard of, or once it was done and before the answer.</summary>
internal sealed class CrashPoint(int at, bool isServed, Action kill)
{
    /// <summary>Effects that were asked for so far.</summary>
    public int Seen { get; private set; }

    public T Serve<T>(Func<T> serve, T unheard)
    {
        if (++Seen != at)
        {
            return serve();
        }

        kill();
        return isServed ? serve() : unheard;
    }
}
