using Microsoft.Extensions.Options;

namespace Grains.WhatIf;

/// <summary>All errors at once, at start-up.</summary>
internal sealed class WhatIfSettingsValidator : IValidateOptions<WhatIfSettings>
{
    public ValidateOptionsResult Validate(string? name, WhatIfSettings options)
    {
        var errors = new List<string>();
        if (options.Budget < TimeSpan.FromSeconds(1) || options.Budget > TimeSpan.FromSeconds(25))
            errors.Add($"WhatIf:Budget is {options.Budget}; it is from 1 to 25 seconds, less than a request may take.");
        if (options.MaxPeriod < TimeSpan.FromMinutes(1) || options.MaxPeriod > TimeSpan.FromDays(366))
            errors.Add($"WhatIf:MaxPeriod is {options.MaxPeriod}; it is from 1 minute to 366 days.");
        if (options.Slice is < 1 or > 1_000_000)
            errors.Add($"WhatIf:Slice is {options.Slice}; it is from 1 to 1,000,000.");
        return errors.Count > 0 ? ValidateOptionsResult.Fail(errors) : ValidateOptionsResult.Success;
    }
}
