using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Silo.Hosting;

/// <summary>/healthz/live: the silo works, or has not been wedged for long. /healthz/ready: it is a member and takes calls now.</summary>
internal static class SiloHealthApi
{
    public static void Map(WebApplication app)
    {
        app.MapGet("/healthz/live", static (ISiloVitality vitality) => Answer(vitality.Dead, "live"));
        app.MapGet("/healthz/ready", static (ISiloVitality vitality) => Answer(vitality.Fault, "ready"));
    }

    private static IResult Answer(string? fault, string well) =>
        fault is null ? TypedResults.Text(well) : TypedResults.Text($"not {well}: {fault}", statusCode: StatusCodes.Status503ServiceUnavailable);
}
