using Grains.WhatIf;
using Scheduling.WhatIf;

namespace Silo.WhatIf;

/// <summary>
/// Each run on a thread of its own: beside each other where there are cores, and never one of the pool's threads, on which requests and grains have their turns.
/// </summary>
internal sealed class ThreadedWhatIf : IWhatIfDriver
{
    public async Task Drive(WhatIfComparison comparison, Func<bool> isLate)
    {
        while (comparison.Stretch() is { IsEmpty: false } pieces)
        {
            await Task.WhenAll(pieces.Select(p => Task.Factory.StartNew(p, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));
            if (isLate())
            {
                comparison.Cut();
            }
        }
    }
}
