using Grains.Configuration;
using Microsoft.Extensions.Options;

namespace Grains.Quotas;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class QuotaOptionsValidator : IValidateOptions<QuotaOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, QuotaOptions options) =>
        new Faults(QuotaOptions.Section)
            .Within(nameof(options.RetryPeriod), options.RetryPeriod, Least, Most)
            .Within(nameof(options.EarmarkLease), options.EarmarkLease, Least, Most)
            .Result;
}
