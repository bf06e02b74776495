using Grains.Pools;
using Scheduling.Pools;
using Scheduling.Replay;

namespace Simulation;

/// <content>The pool's journal, decided again.</content>
internal sealed partial class World
{
    /// <summary>What came of it, and what was read.</summary>
    public ReplayReport Replay(out IReadOnlyList<PoolHistory> history)
    {
        history = ReplayCheck.Read(_medium, Pool);
        return PoolReplay.Run(history, Pool, PoolHistoryReader.Codec);
    }
}
