namespace Cli.Tests;

/// <summary>Answers as the gateway writes them.</summary>
internal static class Json
{
    public static string Job(string id, string phase = "Pending", string name = "train", bool placed = false, string? reason = null, string pool = "openb") =>
        $$"""
        {"id":"{{id}}","name":"{{name}}","tenant":"t","user":"ann","quota":"c/t/ann","pool":"{{pool}}","priority":5,"phase":"{{phase}}","ended":{{(phase is "Succeeded" or "Failed" or "Cancelled" or "TimedOut" ? "true" : "false")}},{{(reason is null ? "" : $"\"reason\":\"{reason}\",")}}"attempt":1,"failures":0,"roles":[{"name":"worker","count":2,"cpuMilli":8000,"memoryMiB":65536,"gpus":1,"gpuMilli":500,"gpuModels":["A100","H100"]}],"topology":{"required":"rack"},"runForSeconds":3600,"maxRetries":2,"labels":{"b":"2","a":"1"},"workers":2,"gpuMilli":1000,"submittedAt":"2026-03-01T11:00:00Z",{{(placed ? "\"placement\":[{\"rack\":\"openb/t4-r03\",\"workers\":2}],\"placedAt\":\"2026-03-01T11:00:00.25Z\"," : "")}}"version":7}
        """;

    public static string Row(string id, string phase = "Running", string name = "train", string pool = "openb") =>
        $$"""{"id":"{{id}}","name":"{{name}}","tenant":"t","user":"ann","quota":"c/t/ann","pool":"{{pool}}","phase":"{{phase}}","ended":false,"attempt":1,"priority":5,"gpuMilli":1500,"workers":2,"submittedAt":"2026-03-01T11:00:00Z","changedAt":"2026-03-01T11:59:00Z","addedLater":1}""";

    public static string List(IEnumerable<string> rows, string? next = null) =>
        $$"""{"value":[{{string.Join(',', rows)}}]{{(next is null ? "" : $",\"nextLink\":\"{next}\"")}}}""";

    public static string Pool(string name = "openb", int pending = 0, int placing = 0, long failures = 0, string reasons = "", long checks = 12345) =>
        $$"""{"name":"{{name}}","racks":48,"nodes":1213,"schedulableNodes":1200,"gpuMilliTotal":6212000,"gpuMilliAllocated":3106000,"gpuMilliPromised":16500,"pendingJobs":{{pending}},"placingJobs":{{placing}},"runningJobs":10,"pendingByReason":[{{reasons}}],"ledger":[{"category":"productive","gpuSeconds":7200}],"invariantChecks":{{checks}},"invariantFailures":{{failures}}}""";

    public static string Explanation(string reason = "Resources") =>
        $$"""{"job":"j1","phase":"Pending","reason":"{{reason}}","message":"Not enough free GPUs.","position":3,"queueLength":1200,"nodesEvaluated":1213,"filtered":[{"constraint":"gpu model","nodes":700}],"workersNeeded":8,"workersThatFitNow":5,"quota":{"path":"c/t","resource":"gpu","limit":64000,"used":60000,"asked":8000},"ahead":[{"job":"j0","owner":"bob","priority":9,"gpuMilli":8000},{"priority":5,"gpuMilli":1000}],"suggestions":[{"change":"5 workers","effect":"starts now"}]}""";

    public static string Promised() =>
        """{"job":"j1","phase":"Pending","reason":"Resources","message":"Not enough free GPUs.","position":1,"queueLength":7,"nodesEvaluated":0,"filtered":[],"workersNeeded":9,"workersThatFitNow":0,"ahead":[],"suggestions":[],"effectivePriority":350,"startEstimate":{"p50":"2026-03-01T15:30:30Z","p90":"2026-03-03T15:30:00Z"},"promise":{"kind":"Reservation","startAt":"2026-03-01T11:59:00Z","nodes":["n1","n1","n2","n2","n3","n4","n5","n6","n7","n8","n9"]},"blockers":[{"job":"j0","owner":"t/bob","why":"runs on promised nodes","endsAt":"2026-03-03T15:30:00Z","gpuMilli":8000},{"why":"is making room","gpuMilli":500}]}""";
}
