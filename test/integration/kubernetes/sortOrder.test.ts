import { describeSortOrder } from "./sortedAlike.ts";

// Go has sorted otherwise since this version; those before it are the slow tests'.
describeSortOrder("1.33");
