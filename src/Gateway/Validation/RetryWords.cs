using Scheduling.Model;

namespace Gateway.Validation;

/// <summary>The contract's words for classes of failure.</summary>
internal static class RetryWords
{
    public const string Rule = "must be application, outOfMemory, hardware or setup";

    public const long DefaultMaxBackOffSeconds = 3600;

    public static bool TryParse(string? word, out FailureClass failure)
    {
        (var known, failure) = word switch
        {
            "application" => (true, FailureClass.Application),
            "outOfMemory" => (true, FailureClass.OutOfMemory),
            "hardware" => (true, FailureClass.Hardware),
            "setup" => (true, FailureClass.Setup),
            _ => (false, default),
        };
        return known;
    }

    public static string Of(FailureClass failure) => failure switch
    {
        FailureClass.OutOfMemory => "outOfMemory",
        FailureClass.Hardware => "hardware",
        FailureClass.Setup => "setup",
        _ => "application",
    };
}
