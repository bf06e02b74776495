using Grains.Configuration;
using Microsoft.Extensions.Options;

namespace Grains.Racks;

/// <summary>Finds everything that is wrong at once, before anything starts.</summary>
internal sealed class RackOptionsValidator : IValidateOptions<RackOptions>
{
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, RackOptions options) =>
        new Faults(RackOptions.Section)
            .Within(nameof(options.MaxLease), options.MaxLease, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1))
            .Within(nameof(options.RetryPeriod), options.RetryPeriod, Least, Most)
            .Within(nameof(options.TellSpacing), options.TellSpacing, TimeSpan.Zero, TimeSpan.FromMinutes(1))
            .Within(nameof(options.FencesPerRound), options.FencesPerRound, 1, 1024)
            .Within(nameof(options.AnnounceAfter), options.AnnounceAfter, TimeSpan.Zero, Most)
            .Result;
}
