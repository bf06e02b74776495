using Microsoft.Extensions.Options;
using Scheduling.WhatIf;

namespace Grains.WhatIf;

/// <summary>On the activation's own scheduler, in slices that let others have their turns: one thread, and the same order each time.</summary>
internal sealed class SlicedWhatIf(IOptions<WhatIfSettings> settings) : IWhatIfDriver
{
    public async Task Drive(WhatIfComparison comparison, Func<bool> isLate)
    {
        while (comparison.Step(settings.Value.Slice))
        {
            if (isLate())
            {
                comparison.Cut();
            }

            await Task.Yield();
        }
    }
}
